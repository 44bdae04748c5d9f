@TLS
Feature: Transport, mutual TLS and certificates
  A registration names an organisation; the client certificate proves it. The
  server trusts the handshake, never a header, and only certificates of the
  directory it knows.

  Scenario: TLS-01 accepts a certificate of the directory over TLS 1.2 and TLS 1.3
    Given a TPP
    When it registers over TLS 1.2
    Then it is accepted
    When it registers over TLS 1.3
    Then it is accepted

  Scenario: TLS-02 speaks neither TLS 1.0 nor TLS 1.1
    Given a TPP
    When it offers only TLS 1.0
    Then the handshake is refused
    When it offers only TLS 1.1
    Then the handshake is refused

  Scenario: TLS-03 speaks no TLS 1.2 cipher suite outside FAPI's list
    Given a TPP
    When it offers only TLS 1.2 with a cipher suite that FAPI forbids
    Then the handshake is refused

  Scenario Outline: <rule> refuses: <malformation>
    Given a registration that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is refused and no client is left behind

    Examples:
      | rule   | malformation                              |
      | TLS-04 | transport-no-certificate                  |
      | TLS-05 | transport-cloned-certificate              |
      | TLS-06 | transport-self-signed-certificate         |
      | TLS-07 | transport-expired-certificate             |
      | TLS-08 | transport-not-yet-valid-certificate       |
      | TLS-11 | transport-foreign-certificate             |
      | TLS-12 | transport-unpublished-certificate         |
      | TLS-13 | transport-signing-certificate             |
      | TLS-16 | transport-certificate-without-client-auth |

  @waits
  Scenario: TLS-09 refuses a client certificate that its issuer's revocation list names
    Given a registration that the server accepts
    And a second client certificate for the same key, with which the server accepts it too
    When the directory puts that certificate on its revocation list
    Then the server comes to refuse a registration with that certificate
    And a registration with the first certificate is accepted

  Scenario Outline: TLS-10 refuses a client certificate that OCSP reports as <status>
    Given a registration that the server accepts
    And a client certificate for the same key that OCSP reports as <status>
    When the same registration is sent with that certificate
    Then it is refused and no client is left behind
    And a registration with the first certificate is accepted

    Examples:
      | status  |
      | revoked |
      | unknown |

  Scenario: TLS-19 believes no certificate that a header claims
    Given a registration that the server accepts
    When the same registration is sent without a client certificate but with it in a header
    Then it is refused and no client is left behind

  Scenario: TLS-20 manages no client without its certificate
    Given a registered client
    When it reads its client without a client certificate
    Then the management request is refused
    When it updates its client without a client certificate
    Then the management request is refused
    When it deletes its client without a client certificate
    Then the management request is refused
    And the client is unchanged

  Scenario: TLS-21 manages no client for a certificate of another CA
    Given a registered client
    When it reads its client with the client certificate "cloned"
    Then the management request is refused
    When it deletes its client with the client certificate "cloned"
    Then the management request is refused
    And the client is unchanged

  Scenario: TLS-22 manages no client for another organisation's certificate
    Given a registered client
    When it reads its client with the client certificate "other-organisation"
    Then the management request is refused
    And the client is unchanged

  Scenario: TLS-25 registers nothing over plain HTTP
    Given a registration that the server accepts
    When the same registration is sent over plain HTTP
    Then nothing is registered

  Scenario: TLS-26 shows a certificate that verifies for its host name
    Given a TPP
    When it registers over TLS 1.3
    Then the server's certificate is valid for its host
