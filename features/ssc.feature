@SSC
Feature: Claims of the software statement
  A statement with a good signature can still say something that the server must
  not accept: too old, for nobody, about an organisation that left.

  Scenario Outline: <rule> refuses: <malformation>
    Given a registration that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is refused and no client is left behind

    Examples:
      | rule   | malformation                    |
      | SSC-01 | statement-iss-wrong             |
      | SSC-02 | statement-iss-missing           |
      | SSC-03 | statement-exp-past              |
      | SSC-06 | statement-iat-future            |
      | SSC-07 | statement-iat-missing           |
      | SSC-08 | statement-nbf-future            |
      | SSC-09 | statement-jti-missing           |
      | SSC-11 | statement-software-id-missing   |
      | SSC-12 | statement-org-id-missing        |
      | SSC-14 | statement-jwks-endpoint-missing |
      | SSC-15 | statement-jwks-endpoint-http    |
      | SSC-15 | statement-jwks-endpoint-foreign |
      | SSC-16 | statement-redirect-uris-missing |
      | SSC-16 | statement-redirect-uris-empty   |
      | SSC-20 | statement-roles-missing         |
      | SSC-20 | statement-roles-empty           |
      | SSC-23 | statement-org-status-revoked    |
      | SSC-23 | statement-org-status-withdrawn  |
      | SSC-34 | statement-aud-other             |
      | SSC-36 | statement-ids-swapped           |

  Scenario Outline: <rule> refuses a stolen statement: <malformation>
    Given a registration that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is refused and no client is left behind

    Examples:
      | rule   | malformation             |
      | SSC-26 | request-statement-stolen |

  Scenario Outline: <rule> accepts: <malformation>
    Given a registration that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is accepted

    Examples:
      | rule   | malformation           |
      | SSC-27 | statement-on-behalf-of |
      | SSC-29 | statement-extra-claim  |

  Scenario Outline: <rule> copes with: <malformation>
    Given a registration that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is accepted or refused without an internal error

    Examples:
      | rule   | malformation                     |
      | SSC-30 | statement-null-claims            |
      | SSC-31 | statement-roles-a-string         |
      | SSC-31 | statement-redirect-uris-a-string |
      | SSC-31 | statement-org-id-a-number        |

  Scenario: SSC-04 accepts a statement without an expiry
    Given a registration that the server accepts
    Then the statement that was accepted has no "exp"

  Scenario: SSC-21 grants no scope that the software's roles do not permit
    Given a client of a TPP with the roles "AISP"
    When it registers for the scope "openid accounts payments"
    Then it is refused, or the scope "payments" is not granted
    When it registers for the scope "openid accounts fundsconfirmations"
    Then it is refused, or the scope "fundsconfirmations" is not granted
