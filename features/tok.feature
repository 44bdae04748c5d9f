@TOK
Feature: Token endpoint with the registered client
  A registration is worth what the client can do with it: obtain a token as it was
  registered, and in no other way.

  Scenario: TOK-01 gives a token to a client right after its registration
    Given a registered client
    When the client asks for an access token
    Then the client obtains one

  Scenario: TOK-03 refuses another authentication method than the registered one
    Given a registered client
    When the client asks for an access token with a made-up secret
    Then the token request is refused
    When the client asks for an access token with nothing but its client_id
    Then the token request is refused

  Scenario Outline: <rule> refuses a client assertion: <assertion>
    Given a registered client
    When the client asks for an access token with the assertion "<assertion>"
    Then the token request is refused

    Examples:
      | rule   | assertion            |
      | TOK-04 | without iss          |
      | TOK-04 | without sub          |
      | TOK-04 | without aud          |
      | TOK-04 | without exp          |
      | TOK-04 | without jti          |
      | TOK-05 | expired              |
      | TOK-05 | not yet valid        |
      | TOK-06 | for another server   |
      | TOK-07 | with another iss     |
      | TOK-09 | unsigned             |
      | TOK-09 | signed with HS256    |
      | TOK-09 | signed with RS256    |
      | TOK-10 | signed by an unknown key |
      | TOK-11 | of an unknown type   |
      | TOK-11 | of no type           |

  Scenario: TOK-06 accepts an assertion whose audience is an array
    Given a registered client
    When the client asks for an access token with the assertion "with an array for aud"
    Then the client obtains one

  Scenario: TOK-08 accepts a client assertion only once
    Given a registered client
    When the client sends the same assertion twice
    Then the second token request is refused

  Scenario: TOK-12 refuses tls_client_auth with another valid certificate
    Given a client registered for "tls_client_auth"
    When the client asks for an access token with the client certificate "other-organisation"
    Then the token request is refused

  Scenario: TOK-13 binds the access token to the client certificate
    Given a registered client that it can read
    When it reads its client with the client certificate "other-organisation"
    Then the management request is refused
    When it reads its client
    Then the answer has the status 200

  Scenario: TOK-14 grants no scope that was not registered
    Given a registered client
    When the client asks for an access token for the scope "dcrkit-unregistered"
    Then the token request is refused with invalid_scope, or the scope is not granted

  Scenario: TOK-16 refuses a grant that was not registered
    Given a client registered without the grant "client_credentials"
    When the client asks for an access token
    Then the token request is refused with "unauthorized_client"

  Scenario: TOK-17 refuses a deleted client
    Given a registered client that can obtain an access token
    When it deletes its client
    And the client asks for an access token
    Then the token request is refused

  Scenario: TOK-22 does not tell an unknown client from a wrong key
    Given a registered client
    When the client asks for an access token with the assertion "signed by an unknown key"
    And an unknown client asks for an access token
    Then both answers are the same

  Scenario: TOK-23 refuses in the form of OAuth 2.0
    Given a registered client
    When the client asks for an access token with the assertion "signed by an unknown key"
    Then the token request is refused
    And the answer is JSON
