@SIG
Feature: Signature and serialisation of the request
  The signature proves that the software named in the statement sent this request,
  byte for byte, and nobody else did.

  Scenario Outline: <rule> refuses: <malformation>
    Given a registration that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is refused and no client is left behind

    Examples:
      | rule   | malformation                       |
      | SIG-01 | request-signature-bit-flipped      |
      | SIG-02 | request-signature-empty            |
      | SIG-03 | request-signature-removed          |
      | SIG-04 | request-signature-truncated        |
      | SIG-04 | request-signature-extended         |
      | SIG-05 | request-payload-changed            |
      | SIG-06 | request-header-changed             |
      | SIG-07 | request-signed-by-fresh-key        |
      | SIG-08 | request-signed-by-foreign-key      |
      | SIG-09 | request-signed-by-transport-key    |
      | SIG-10 | request-signed-by-revoked-key      |
      | SIG-11 | request-signed-by-organisation-key |
      | SIG-12 | request-own-jwks                   |
      | SIG-13 | request-rs256-under-ps256          |
      | SIG-14 | request-pss-salt-20                |
      | SIG-14 | request-pss-salt-max               |
      | SIG-23 | request-flattened-json             |
      | SIG-24 | request-general-json               |
      | SIG-25 | request-jwe-direct                 |
      | SIG-25 | request-jwe-pbes2                  |
      | SIG-26 | request-nested                     |
      | SIG-27 | request-detached                   |
      | SIG-28 | request-padded                     |
      | SIG-29 | request-standard-alphabet          |
      | SIG-30 | request-line-break                 |
      | SIG-31 | request-loose-bits                 |
      | SIG-32 | request-four-parts                 |
      | SIG-32 | request-five-parts                 |
      | SIG-33 | request-statement-as-request       |
      | SIG-39 | request-unsigned-json              |

  Scenario Outline: <rule> refuses: <malformation>
    Given a registration signed with ES256 that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is refused and no client is left behind

    Examples:
      | rule   | malformation        |
      | SIG-18 | request-es256-zero  |
      | SIG-19 | request-es256-order |
      | SIG-19 | request-es256-ones  |
      | SIG-20 | request-es256-der   |

  Scenario: SIG-16 refuses a request signed by an RSA key of 1024 bits
    Given a TPP whose software has published an RSA key of 1024 bits
    And a registration that the server accepts
    When the same registration is sent signed by that key
    Then it is refused and no client is left behind

  Scenario: SIG-21 refuses an ES256 signature by a key on another curve
    Given a TPP whose software has published a key on the curve P-384
    And a registration that the server accepts
    When the same registration is sent signed by that key as "ES256"
    Then it is refused and no client is left behind

  Scenario: SIG-34 refuses an access token in place of a request
    Given a registered client
    When its access token is sent as a registration
    Then it is refused and no client is left behind

  Scenario: SIG-36 accepts a key that was published after the key set was read
    Given a registration that the server accepts
    When the software publishes a new signing key and registers with it
    Then it is accepted
