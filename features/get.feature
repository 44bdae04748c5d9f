@GET
Feature: Reading a client (RFC 7592, section 2.1)
  The client reads its own registration with its own credential. Nobody else learns
  anything, not even whether it exists.

  Scenario: GET-01 returns the client to its owner
    Given a registered client
    When it reads its client
    Then the answer has the status 200
    And the answer is about that client

  Scenario: GET-02 returns the same twice
    Given a registered client
    When it reads its client twice
    Then both answers are equal

  Scenario: GET-03 returns what was registered
    Given a registered client
    When it reads its client
    Then redirect_uris are returned exactly

  Scenario: GET-05 refuses a request without an access token
    Given a registered client that it can read
    When it reads its client without an access token
    Then the credential is refused

  Scenario: GET-06 refuses an empty access token
    Given a registered client that it can read
    When it reads its client with the header "Bearer "
    Then the credential is refused

  Scenario: GET-07 refuses an altered access token
    Given a registered client that it can read
    When it reads its client with an altered access token
    Then the credential is refused

  Scenario: GET-10 takes no access token from the query
    Given a registered client that it can read
    When it reads its client with the access token in the query
    Then the credential is refused

  Scenario: GET-11 refuses another scheme than Bearer
    Given a registered client that it can read
    When it reads its client with the header "Basic ZGNya2l0OmRjcmtpdA=="
    Then the management request is refused

  Scenario: GET-12 answers 401 for an unknown client
    Given a registered client that it can read
    When it reads an unknown client
    Then the credential is refused

  Scenario: GET-13 revokes the access token that was used on an unknown client
    Given a registered client that it can read
    When it reads an unknown client
    And it reads its client with the same access token
    Then the credential is refused

  Scenario: GET-14 answers 401 for a deleted client
    Given a registered client that it can read
    When it deletes its client
    And it reads its client with the same access token
    Then the credential is refused

  Scenario Outline: GET-15 survives a malformed client identifier: <identifier>
    Given a registered client that it can read
    When it reads the client "<identifier>"
    Then the answer is a refusal that shows no client

    Examples:
      | identifier                             |
      | %2e%2e%2f%2e%2e%2fetc%2fpasswd         |
      | %00                                    |
      | '%20OR%20'1'='1                        |
      | %F0%9F%92%A3                           |
      | aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa |

  Scenario: GET-17 returns what the registration returned
    Given a registered client
    When it reads its client
    Then the answer has the members of the registration

  Scenario: GET-18 lets nobody cache a client
    Given a registered client
    When it reads its client
    Then the answer must not be cached

  Scenario: GET-20 shows no secret to a caller without an access token
    Given a registered client that it can read
    When it reads its client without an access token
    Then the answer names no client
