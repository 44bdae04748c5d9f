@HDR
Feature: Protected header of the signed request
  The header of a request is written by whoever sends it. The server takes from it
  which key and algorithm to use, out of those it already trusts, and nothing else.

  Scenario: HDR-01 accepts a request signed with PS256
    Given a TPP that signs with PS256
    When it registers
    Then it is accepted

  Scenario: HDR-02 accepts a request signed with ES256
    Given a TPP that signs with ES256
    When it registers
    Then it is accepted

  Scenario Outline: <rule> refuses: <malformation>
    Given a registration that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is refused and no client is left behind

    Examples:
      | rule   | malformation                 |
      | HDR-03 | request-alg-rs256            |
      | HDR-04 | request-alg-none             |
      | HDR-04 | request-alg-none-upper-case  |
      | HDR-04 | request-alg-none-mixed-case  |
      | HDR-05 | request-alg-missing          |
      | HDR-06 | request-alg-null             |
      | HDR-06 | request-alg-array            |
      | HDR-06 | request-alg-number           |
      | HDR-07 | request-alg-unknown          |
      | HDR-08 | request-alg-lower-case       |
      | HDR-09 | request-hs256-public-key-pem |
      | HDR-09 | request-hs256-public-key-der |
      | HDR-09 | request-hs256-public-key-jwk |
      | HDR-09 | request-hs256-modulus        |
      | HDR-10 | request-hs256-empty-secret   |
      | HDR-11 | request-alg-ps384            |
      | HDR-11 | request-alg-ps512            |
      | HDR-13 | request-kid-missing          |
      | HDR-14 | request-kid-unknown          |
      | HDR-15 | request-kid-empty            |
      | HDR-15 | request-kid-null             |
      | HDR-15 | request-kid-number           |
      | HDR-15 | request-kid-object           |
      | HDR-16 | request-kid-path             |
      | HDR-17 | request-kid-sql              |
      | HDR-17 | request-kid-ldap             |
      | HDR-17 | request-kid-command          |
      | HDR-18 | request-kid-64k              |
      | HDR-23 | request-jku-rogue            |
      | HDR-24 | request-x5u-rogue            |
      | HDR-25 | request-jwk-rogue            |
      | HDR-26 | request-x5c-rogue            |
      | HDR-27 | request-x5c-foreign          |
      | HDR-28 | request-x5t-mismatch         |
      | HDR-29 | request-crit-unknown         |
      | HDR-30 | request-crit-empty           |
      | HDR-30 | request-crit-duplicate       |
      | HDR-30 | request-crit-standard        |
      | HDR-30 | request-crit-absent          |
      | HDR-30 | request-crit-string          |
      | HDR-31 | request-b64-false-critical   |
      | HDR-32 | request-b64-false            |
      | HDR-34 | request-typ-access-token     |
      | HDR-34 | request-typ-logout-token     |
      | HDR-35 | request-cty-jwt              |
      | HDR-36 | request-zip-def              |
      | HDR-37 | request-alg-twice-none-last  |
      | HDR-37 | request-alg-twice-none-first |
      | HDR-38 | request-header-array         |
      | HDR-38 | request-header-null          |
      | HDR-38 | request-header-not-json      |
      | HDR-38 | request-header-bom           |
      | HDR-38 | request-header-invalid-utf8  |
      | HDR-39 | request-header-1m            |

  Scenario Outline: <rule> accepts: <malformation>
    Given a registration that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is accepted

    Examples:
      | rule   | malformation                  |
      | HDR-33 | request-typ-absent            |
      | HDR-33 | request-typ-lower-case        |
      | HDR-40 | request-header-unknown-member |

  Scenario Outline: <rule> lets the payload decide: <malformation>
    Given a registration that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is accepted or refused without an internal error

    Examples:
      | rule   | malformation             |
      | HDR-41 | request-claims-in-header |

  Scenario: HDR-19 refuses a request whose kid names another key than the signer's
    Given a TPP whose software has published a second signing key
    And a registration that the server accepts
    When the same registration is sent under the second key's kid
    Then it is refused and no client is left behind

  Scenario: HDR-20 refuses a request signed by a key that is published for encryption
    Given a TPP whose software has published a key with "use" set to "enc"
    And a registration that the server accepts
    When the same registration is sent signed by that key
    Then it is refused and no client is left behind

  Scenario: HDR-12 refuses a request whose algorithm is not the one of the published key
    Given a TPP whose software has published a key with "alg" set to "ES384"
    And a registration that the server accepts
    When the same registration is sent signed by that key
    Then it is refused and no client is left behind
