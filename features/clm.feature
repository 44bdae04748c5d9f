@CLM
Feature: Claims of the request
  The claims say who asks, whom, when, and for which software. Each is checked
  against the statement and the clock; what the server does not know it ignores.

  Scenario Outline: <rule> refuses: <malformation>
    Given a registration that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is refused and no client is left behind

    Examples:
      | rule   | malformation                 |
      | CLM-01 | request-iss-other-software   |
      | CLM-02 | request-iss-missing          |
      | CLM-03 | request-iss-empty            |
      | CLM-04 | request-iss-30-characters    |
      | CLM-05 | request-iss-url              |
      | CLM-06 | request-iss-null             |
      | CLM-06 | request-iss-number           |
      | CLM-06 | request-iss-array            |
      | CLM-07 | request-iss-other-case       |
      | CLM-08 | request-aud-missing          |
      | CLM-09 | request-aud-other-server     |
      | CLM-12 | request-aud-empty            |
      | CLM-12 | request-aud-empty-array      |
      | CLM-12 | request-aud-trailing-slash   |
      | CLM-13 | request-exp-past             |
      | CLM-14 | request-exp-missing          |
      | CLM-16 | request-exp-years-ahead      |
      | CLM-17 | request-exp-string           |
      | CLM-17 | request-exp-negative         |
      | CLM-17 | request-exp-zero             |
      | CLM-17 | request-exp-overflow         |
      | CLM-17 | request-exp-null             |
      | CLM-18 | request-exp-milliseconds     |
      | CLM-19 | request-nbf-future           |
      | CLM-20 | request-iat-missing          |
      | CLM-21 | request-iat-future           |
      | CLM-23 | request-iat-after-exp        |
      | CLM-24 | request-jti-missing          |
      | CLM-25 | request-jti-not-uuid         |
      | CLM-25 | request-jti-empty            |
      | CLM-25 | request-jti-number           |
      | CLM-25 | request-jti-4k               |
      | CLM-27 | request-payload-array        |
      | CLM-27 | request-payload-null         |
      | CLM-27 | request-payload-number       |
      | CLM-27 | request-payload-not-json     |
      | CLM-27 | request-payload-empty        |
      | CLM-28 | request-payload-deep         |
      | CLM-34 | request-software-id-other    |
      | CLM-37 | request-statement-unpacked   |
      | CLM-38 | request-statement-missing    |
      | CLM-39 | request-statement-null       |
      | CLM-39 | request-statement-number     |
      | CLM-39 | request-statement-object     |
      | CLM-39 | request-statement-array      |
      | CLM-39 | request-statement-empty      |
      | CLM-40 | request-statement-text       |
      | CLM-40 | request-statement-two-parts  |
      | CLM-40 | request-statement-not-base64 |
      | CLM-41 | metadata-empty-object        |

  Scenario Outline: <rule> accepts: <malformation>
    Given a registration that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is accepted

    Examples:
      | rule   | malformation               |
      | CLM-10 | request-aud-array          |
      | CLM-35 | request-software-id-absent |

  Scenario Outline: <rule> takes one list and stores the same: <malformation>
    Given a registration that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is refused, or accepted without anything that the statement does not permit

    Examples:
      | rule   | malformation                           |
      | CLM-26 | request-redirect-uris-twice-evil-first |
      | CLM-26 | request-redirect-uris-twice-evil-last  |

  Scenario Outline: <rule> copes with: <malformation>
    Given a registration that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is accepted or refused without an internal error

    Examples:
      | rule   | malformation                 |
      | CLM-29 | request-payload-invalid-utf8 |

  Scenario Outline: <rule> ignores: <malformation>
    Given a registration that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is accepted or refused, and the value has no effect

    Examples:
      | rule   | malformation                            |
      | CLM-31 | metadata-skip-consent                   |
      | CLM-32 | metadata-client-id-chosen               |
      | CLM-33 | metadata-registration-access-token-sent |
      | CLM-36 | request-client-name-contradicts         |

  Scenario Outline: <rule> accepts and ignores: <malformation>
    Given a registration that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is accepted, and the value has no effect

    Examples:
      | rule   | malformation            |
      | CLM-30 | metadata-unknown-member |
