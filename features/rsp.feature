@RSP
Feature: Answers to a registration
  The answer tells the client what it now is. It is complete, true, not cached,
  and an error says which one of four it is.

  Scenario: RSP-01 answers a registration with status 201
    Given a registration that the server accepts
    Then the answer has the status 201

  Scenario: RSP-02 answers in JSON, errors too
    Given a registration that the server accepts
    Then the answer is JSON
    When the same registration is sent with "metadata-auth-method-unknown"
    Then the answer is JSON

  Scenario: RSP-03 forbids caching of the answer
    Given a registration that the server accepts
    Then the answer must not be cached

  Scenario: RSP-04 gives every client an identifier of its own
    Given a TPP
    When it registers 5 times
    Then every client_id is different

  Scenario: RSP-05 chooses the client identifier itself
    Given a registration that the server accepts
    When the same registration is sent with "metadata-client-id-chosen"
    Then it is accepted or refused, and the value has no effect

  Scenario: RSP-06 says when the client identifier was issued
    Given a registration that the server accepts
    Then client_id_issued_at is the present time in seconds

  Scenario: RSP-07 issues no secret to a client that has no use for one
    Given a registration that the server accepts
    Then there is no client_secret

  Scenario: RSP-08 says when a secret expires
    Given a TPP
    When it registers for a secret
    Then it is accepted
    And client_secret comes with client_secret_expires_at

  Scenario: RSP-09 returns the registration access token and the client's URI together
    Given a registration that the server accepts
    Then registration_access_token and registration_client_uri come together

  Scenario: RSP-10 names a client configuration endpoint that can be reached over https
    Given a registered client
    Then registration_client_uri is an https URL
    When it reads its client
    Then the answer has the status 200

  Scenario: RSP-11 returns all the metadata that it registered
    Given a registration that the server accepts
    Then every member that was registered is returned

  Scenario: RSP-12 returns the software statement unmodified
    Given a registration that the server accepts
    Then software_statement is returned unmodified

  Scenario: RSP-13 returns the claims of the software statement
    Given a registration that the server accepts
    Then the claims of the software statement are returned

  Scenario: RSP-14 returns no member that it does not know
    Given a registration that the server accepts
    When the same registration is sent with "metadata-unknown-member"
    Then it is accepted or refused, and the value has no effect

  Scenario: RSP-15 says no member twice
    Given a registration that the server accepts
    Then no member occurs twice

  Scenario: RSP-16 answers POST, GET and PUT after the schema
    Given a registered client
    Then the answer fits the profile's response schema
    When it reads its client
    Then the answer fits the profile's response schema
    When it updates its client
    Then the answer fits the profile's response schema

  Scenario: RSP-17 returns no scope beyond the one asked for
    Given a TPP
    When it registers for the scope "openid payments"
    Then it is accepted
    And the granted scope is within the one asked for

  Scenario: RSP-18 returns the redirect URIs exactly as registered
    Given a registration that the server accepts
    Then redirect_uris are returned exactly

  Scenario: RSP-20 names one of the registered error codes
    Given a registration that the server accepts
    When the same registration is sent with "metadata-redirect-uris-string"
    Then the error is one of RFC 7591

  Scenario: RSP-21 describes an error in plain characters
    Given a registration that the server accepts
    When the same registration is sent with "metadata-redirect-uris-string"
    Then error_description is plain text of at most 500 characters

  Scenario: RSP-22 answers an invalid registration with status 400
    Given a registration that the server accepts
    When the same registration is sent with "metadata-redirect-uris-string"
    Then the answer has the status 400

  Scenario: RSP-23 reveals no client in an error
    Given a registration that the server accepts
    When the same registration is sent with "metadata-redirect-uris-string"
    Then the answer names no client

  Scenario: RSP-24 reveals nothing of its inside in an error
    Given a registration that the server accepts
    When the same registration is sent with "metadata-redirect-uris-string"
    Then the answer shows no trace of the server's inside

  Scenario: RSP-25 tells a wrong redirect URI from a wrong software statement
    Given a registration that the server accepts
    When the same registration is sent with "metadata-redirect-foreign"
    Then the error is "invalid_redirect_uri"
    When the same registration is sent with "statement-signature-bit-flipped"
    Then the error is "invalid_software_statement"

  Scenario: RSP-26 says that a statement of an unknown directory is unapproved
    Given a registration that the server accepts
    When the same registration is sent with "statement-other-directory"
    Then the error is "unapproved_software_statement" or "invalid_software_statement"

  Scenario: RSP-27 answers no malformed request with a server error
    Given a registration that the server accepts
    When the same registration is sent with "metadata-redirect-uris-string"
    Then it is accepted or refused without an internal error
    When the same registration is sent with "metadata-redirect-not-a-uri"
    Then it is accepted or refused without an internal error
    When the same registration is sent with "envelope-empty-body"
    Then it is accepted or refused without an internal error

  Scenario: RSP-29 says how to authenticate when it answers 401
    Given a registered client that it can read
    When it reads its client without an access token
    Then the answer has the status 401
    And the answer says how to authenticate

  Scenario: RSP-31 sends no client to a login page
    Given a registration that the server accepts
    Then the answer is no redirect
    When the same registration is sent with "metadata-redirect-uris-string"
    Then the answer is no redirect

  Scenario: RSP-33 answers with exactly one JSON object
    Given a registration that the server accepts
    Then the answer is exactly one JSON object
