@PUT
Feature: Updating a client (RFC 7592, section 2.2)
  An update replaces the registration as a whole, after the same checks as the
  first time. One that is refused changes nothing.

  Scenario: PUT-01 updates the client of its owner
    Given a registered client
    When it updates its client to one redirect URI
    Then the answer has the status 200
    And redirect_uris are returned exactly

  Scenario: PUT-02 shows the update to a later read
    Given a registered client
    When it updates its client to one redirect URI
    And it reads its client
    Then redirect_uris are returned exactly
    And the answer is about that client

  Scenario: PUT-03 refuses an update for another client_id
    Given a registered client
    And an update that the server accepts
    When it updates its client with the client_id of nobody
    Then the update is refused and the client is unchanged

  Scenario Outline: PUT-04 refuses an update that sends a member of the server: <member>
    Given a registered client
    And an update that the server accepts
    When it updates its client with a "<member>" of its own choice
    Then the update is refused and the client is unchanged

    Examples:
      | member                    |
      | registration_access_token |
      | registration_client_uri   |
      | client_id_issued_at       |

  Scenario: PUT-05 removes what an update leaves out
    Given a registered client with the contact "ops@dcrkit.example"
    When it updates its client without "contacts"
    And it reads its client
    Then "contacts" is no longer there

  Scenario Outline: <rule> refuses an update and changes nothing: <malformation>
    Given a registered client
    And an update that the server accepts
    When the same update is sent with "<malformation>"
    Then the update is refused and the client is unchanged

    Examples:
      | rule   | malformation                         |
      | PUT-08 | metadata-redirect-foreign            |
      | PUT-09 | metadata-redirect-uris-null          |
      | PUT-09 | metadata-redirect-localhost          |
      | PUT-09 | metadata-redirect-good-then-foreign  |
      | PUT-11 | request-statement-missing            |
      | PUT-12 | statement-signature-bit-flipped      |
      | PUT-12 | request-statement-text               |
      | PUT-12 | request-statement-null               |
      | PUT-13 | request-statement-stolen             |
      | PUT-17 | request-alg-rs256                    |
      | PUT-17 | request-signature-bit-flipped        |
      | PUT-17 | request-kid-unknown                  |
      | PUT-18 | request-exp-past                     |
      | PUT-18 | request-iss-other-software           |
      | PUT-20 | metadata-auth-method-unknown         |
      | PUT-20 | metadata-grant-type-unknown          |
      | PUT-20 | metadata-id-token-alg-none           |
      | PUT-21 | transport-no-certificate             |
      | PUT-21 | transport-cloned-certificate         |
      | PUT-34 | envelope-text-plain                  |

  Scenario: PUT-07 grants no wider scope than the software's roles permit
    Given a client of a TPP with the roles "AISP"
    And an update that the server accepts
    When it updates its client to the scope "openid accounts payments"
    Then the update is refused, or the scope "payments" is not granted

  Scenario: PUT-19 refuses a replayed update
    Given a registered client
    When it sends the same update twice
    Then the second update is refused

  Scenario: PUT-22 refuses an update with a wrong access token
    Given a registered client
    And an update that the server accepts
    When it updates its client with an altered access token
    Then the credential is refused
    And the client is unchanged

  Scenario: PUT-23 answers 401 for the update of an unknown client
    Given a registered client
    And an update that the server accepts
    When it updates an unknown client
    Then the credential is refused

  Scenario: PUT-24 answers 401 for the update of a deleted client
    Given a registered client that it can read
    When it deletes its client
    And it updates its client with the same access token
    Then the credential is refused

  Scenario: PUT-25 changes nothing when it refuses an update
    Given a registered client
    And an update that the server accepts
    When it updates its client with "metadata-auth-method-unknown"
    And it reads its client
    Then the client is unchanged

  Scenario: PUT-26 refuses an update with a wrong client_secret
    Given a client registered with a secret
    And an update that the server accepts
    When it updates its client with the client_secret of nobody
    Then the update is refused and the client is unchanged

  Scenario: PUT-28 lets no old registration access token live on after a rotation
    Given a registered client
    When it updates its client
    Then a rotated registration access token replaces the old one

  Scenario: PUT-30 keeps access tokens alive across an update
    Given a registered client
    When it updates its client
    And it reads its client with the same access token
    Then the answer has the status 200

  Scenario: PUT-33 ends in the same state when an update is repeated
    Given a registered client
    When it updates its client to one redirect URI
    And it updates its client to one redirect URI
    And it reads its client
    Then redirect_uris are returned exactly

  Scenario: PUT-37 answers 405 to a POST on a client
    Given a registered client that it can read
    When it sends a "POST" to its client
    Then the method is refused
