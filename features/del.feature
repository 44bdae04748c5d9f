@DEL
Feature: Deleting a client (RFC 7592, section 2.3)
  After a deletion there is no client, no token and no way back to either.

  Scenario: DEL-01 answers a deletion with status 204 and no body
    Given a registered client
    When it deletes its client
    Then the answer has the status 204
    And the answer has no body

  Scenario: DEL-02 answers 401 to a second deletion
    Given a registered client that it can read
    When it deletes its client
    And it deletes its client with the same access token
    Then the credential is refused

  Scenario: DEL-03 shows nothing of a deleted client
    Given a registered client that it can read
    When it deletes its client
    And it reads its client with the same access token
    Then the credential is refused
    And the answer names no client

  Scenario: DEL-04 resurrects no client by an update
    Given a registered client that it can read
    When it deletes its client
    And it updates its client with the same access token
    Then the credential is refused

  Scenario: DEL-05 gives no token to a deleted client
    Given a registered client that can obtain an access token
    When it deletes its client
    And the client asks for an access token
    Then the token request is refused

  Scenario: DEL-06 ends the access tokens of a deleted client
    Given a registered client that it can read
    When it deletes its client
    And it reads its client with the same access token
    Then the credential is refused

  Scenario: DEL-08 ends the registration access token of a deleted client
    Given a registered client that it can read
    When it deletes its client
    And it reads its client with the same access token
    Then the credential is refused

  Scenario: DEL-09 refuses a deletion with a wrong access token
    Given a registered client that it can read
    When it deletes its client without an access token
    Then the credential is refused
    When it deletes its client with an altered access token
    Then the credential is refused
    And the client is unchanged

  Scenario: DEL-10 keeps a client whose deletion it refused
    Given a registered client
    When it deletes its client with an altered access token
    And it reads its client
    Then the answer has the status 200
    And the answer is about that client

  Scenario: DEL-11 answers 401 to the deletion of an unknown client
    Given a registered client that it can read
    When it deletes an unknown client
    Then the credential is refused

  Scenario: DEL-12 deletes nothing without the client certificate
    Given a registered client that it can read
    When it deletes its client without a client certificate
    Then the management request is refused
    When it deletes its client with the client certificate "cloned"
    Then the management request is refused
    And the client is unchanged

  Scenario: DEL-14 gives a new client identifier after a deletion
    Given a registered client
    When it deletes its client
    And it registers
    Then it is accepted
    And every client_id is different

  Scenario: DEL-15 keeps the token of a deleted client away from its successor
    Given a registered client that it can read
    When it deletes its client
    And it registers
    And the successor is read with the access token of the deleted client
    Then access is refused

  Scenario: DEL-16 ignores a query on a deletion
    Given a registered client
    When it deletes its client with the query "client_id=somebody-else"
    Then the answer has the status 204 or 400
