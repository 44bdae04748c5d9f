@HTP
Feature: HTTP around the registration
  A registration endpoint is an HTTP server first: media types, methods, sizes and
  headers are answered as HTTP says.

  Scenario: HTP-01 accepts the media types of the profile
    Given a TPP
    When it registers with every media type of the profile
    Then each is accepted

  Scenario Outline: <rule> refuses: <malformation>
    Given a registration that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is refused and no client is left behind

    Examples:
      | rule   | malformation            |
      | HTP-02 | envelope-text-plain     |
      | HTP-02 | envelope-form           |
      | HTP-02 | envelope-no-media-type  |
      | HTP-07 | envelope-empty-body     |
      | HTP-08 | metadata-body-null      |
      | HTP-08 | metadata-body-array     |
      | HTP-08 | metadata-body-string    |
      | HTP-09 | metadata-body-truncated |
      | HTP-09 | metadata-body-trailing  |
      | HTP-11 | envelope-body-1m        |

  Scenario Outline: <rule> accepts: <malformation>
    Given a registration that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is accepted

    Examples:
      | rule   | malformation                   |
      | HTP-03 | envelope-media-type-charset    |
      | HTP-03 | envelope-media-type-upper-case |
      | HTP-04 | envelope-accept-any            |
      | HTP-24 | envelope-interaction-id-bad    |
      | HTP-25 | envelope-trailing-newline      |

  Scenario Outline: <rule> is not led astray: <malformation>
    Given a registration that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is accepted or refused, and the value has no effect

    Examples:
      | rule   | malformation             |
      | HTP-19 | envelope-forwarded-host  |
      | HTP-20 | envelope-claims-in-query |

  Scenario: HTP-18 does not let a header stand for another method
    Given a registered client
    When it reads its client with the header line "X-HTTP-Method-Override: DELETE"
    Then the client is unchanged

  Scenario Outline: <rule> copes with: <malformation>
    Given a registration that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is accepted or refused without an internal error

    Examples:
      | rule   | malformation         |
      | HTP-28 | envelope-long-header |

  Scenario: HTP-05 answers 405 where the registration endpoint has no such method
    Given a TPP
    When it sends a "GET" to the registration endpoint
    Then the method is refused
    When it sends a "DELETE" to the registration endpoint
    Then the method is refused
    When it sends a "PATCH" to the registration endpoint
    Then the method is refused

  Scenario: HTP-06 answers an unknown method with an error
    Given a registration that the server accepts
    When it sends a "DCRKIT" to the registration endpoint
    Then the method is refused

  Scenario: HTP-15 answers a path with one more slash without an internal error
    Given a registration that the server accepts
    When the same registration is sent to the endpoint with a slash behind it
    Then it is accepted or refused without an internal error
