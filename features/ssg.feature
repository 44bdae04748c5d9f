@SSG
Feature: Signature of the software statement
  The software statement is the directory's word. The server believes it only under
  a key that the directory publishes, and only as the directory wrote it.

  Scenario: SSG-01 accepts a software statement that the directory signed
    Given a registration that the server accepts
    Then the client is the one that the statement describes

  Scenario Outline: <rule> refuses: <malformation>
    Given a registration that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is refused and no client is left behind

    Examples:
      | rule   | malformation                      |
      | SSG-02 | statement-signature-bit-flipped   |
      | SSG-03 | statement-signed-by-fresh-key     |
      | SSG-04 | statement-signed-by-client        |
      | SSG-05 | statement-alg-none                |
      | SSG-05 | statement-alg-none-no-kid         |
      | SSG-07 | statement-alg-rs256               |
      | SSG-08 | statement-hs256-directory-key-pem |
      | SSG-09 | statement-kid-missing             |
      | SSG-09 | statement-kid-unknown             |
      | SSG-09 | statement-kid-empty               |
      | SSG-10 | statement-redirect-added          |
      | SSG-10 | statement-role-added              |
      | SSG-10 | statement-software-id-changed     |
      | SSG-11 | statement-jku-rogue               |
      | SSG-11 | statement-x5u-rogue               |
      | SSG-11 | statement-jwk-rogue               |
      | SSG-11 | statement-x5c-rogue               |
      | SSG-12 | statement-own-jwks-uri            |
      | SSG-13 | statement-other-directory         |
      | SSG-16 | statement-flattened-json          |
      | SSG-16 | statement-general-json            |
      | SSG-16 | statement-nested                  |
      | SSG-16 | statement-encrypted               |
      | SSG-16 | statement-padded                  |
      | SSG-16 | statement-line-break              |
      | SSG-17 | statement-crit-unknown            |
      | SSG-17 | statement-b64-false               |
      | SSG-19 | statement-signature-empty         |
      | SSG-19 | statement-signature-removed       |
      | SSG-26 | statement-loose-bits              |

  Scenario Outline: <rule> takes one value and stores the same: <malformation>
    Given a registration that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is refused, or accepted without anything that the statement does not permit

    Examples:
      | rule   | malformation                  |
      | SSG-18 | statement-redirect-uris-twice |

  Scenario: SSG-20 accepts a statement signed by the directory's new key
    Given a registration that the server accepts
    When the directory publishes a new signing key and the TPP registers with a statement under it
    Then it is accepted

  @waits
  Scenario: SSG-21 stops accepting statements under a directory key that was withdrawn
    Given a registration that the server accepts
    And a statement under a new key of the directory, which the server accepts
    When the directory withdraws that key
    Then the server comes to refuse a registration with a fresh statement under that key
    And a registration with a statement under the other key is accepted

  @alone
  Scenario Outline: SSG-22 registers nothing without a key for the statement: the directory's key set <fault>
    Given a registration that the server accepts
    When the directory's key set <fault>
    And it registers with a statement under a key that the server cannot have seen
    Then it is refused and no client is left behind
    When everything at the directory is as it was
    Then the server comes to accept that registration

    Examples:
      | fault       |
      | answers 500 |
      | hangs       |
      | is empty    |
      | is no JSON  |

  Scenario: SSG-23 takes no verification key from a request header
    Given a registration that the server accepts
    When the same registration is sent with a statement signed by a rogue key and that key in a header
    Then it is refused and no client is left behind
