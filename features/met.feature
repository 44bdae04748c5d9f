@MET
Feature: Client metadata
  What a client asks for is compared with what its statement permits and what the
  server supports. A value that does not fit is refused, or replaced and shown;
  it is never stored unseen.

  Scenario Outline: <rule> refuses: <malformation>
    Given a registration that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is refused and no client is left behind

    Examples:
      | rule   | malformation                            |
      | MET-02 | metadata-redirect-uris-null             |
      | MET-03 | metadata-redirect-uris-empty            |
      | MET-04 | metadata-redirect-uris-string           |
      | MET-04 | metadata-redirect-uris-numbers          |
      | MET-05 | metadata-redirect-foreign               |
      | MET-07 | metadata-redirect-good-then-foreign     |
      | MET-08 | metadata-redirect-good-then-http        |
      | MET-09 | metadata-redirect-foreign-then-good     |
      | MET-10 | metadata-redirect-http                  |
      | MET-11 | metadata-redirect-localhost             |
      | MET-11 | metadata-redirect-loopback              |
      | MET-11 | metadata-redirect-ipv6-loopback         |
      | MET-11 | metadata-redirect-localhost-dot         |
      | MET-12 | metadata-redirect-https-in-query        |
      | MET-12 | metadata-redirect-https-one-slash       |
      | MET-12 | metadata-redirect-https-no-slash        |
      | MET-13 | metadata-redirect-prefix-host           |
      | MET-14 | metadata-redirect-userinfo              |
      | MET-15 | metadata-redirect-fragment              |
      | MET-16 | metadata-redirect-host-case             |
      | MET-16 | metadata-redirect-path-case             |
      | MET-17 | metadata-redirect-trailing-slash        |
      | MET-17 | metadata-redirect-default-port          |
      | MET-17 | metadata-redirect-dot-segments          |
      | MET-18 | metadata-redirect-query-added           |
      | MET-19 | metadata-redirect-wildcard-host         |
      | MET-19 | metadata-redirect-wildcard-path         |
      | MET-20 | metadata-redirect-javascript            |
      | MET-20 | metadata-redirect-javascript-mixed-case |
      | MET-20 | metadata-redirect-data                  |
      | MET-20 | metadata-redirect-file                  |
      | MET-22 | metadata-redirect-relative              |
      | MET-22 | metadata-redirect-not-a-uri             |
      | MET-22 | metadata-redirect-newline               |
      | MET-22 | metadata-redirect-space                 |
      | MET-26 | metadata-redirect-empty-among-good      |
      | MET-27 | metadata-auth-method-unknown            |
      | MET-28 | metadata-auth-method-number             |
      | MET-29 | metadata-auth-method-missing            |
      | MET-30 | metadata-auth-method-basic              |
      | MET-30 | metadata-auth-method-post               |
      | MET-30 | metadata-auth-method-secret-jwt         |
      | MET-30 | metadata-auth-method-none               |
      | MET-44 | metadata-auth-alg-rs256                 |
      | MET-44 | metadata-auth-alg-hs256                 |
      | MET-44 | metadata-auth-alg-none                  |
      | MET-45 | metadata-auth-alg-missing               |
      | MET-47 | metadata-grant-type-unknown             |
      | MET-48 | metadata-grant-types-string             |
      | MET-48 | metadata-grant-types-empty              |
      | MET-49 | metadata-grant-type-implicit            |
      | MET-49 | metadata-grant-type-password            |
      | MET-50 | metadata-grant-type-mixed               |
      | MET-52 | metadata-grant-and-response-disagree    |
      | MET-53 | metadata-response-types-implicit        |
      | MET-54 | metadata-response-type-mixed            |
      | MET-59 | metadata-application-type-unknown       |
      | MET-62 | metadata-id-token-alg-rs256             |
      | MET-62 | metadata-id-token-alg-none              |
      | MET-63 | metadata-id-token-alg-missing           |
      | MET-64 | metadata-request-object-alg-rs256       |
      | MET-64 | metadata-request-object-alg-none        |
      | MET-65 | metadata-request-object-alg-missing     |
      | MET-71 | metadata-enc-without-alg                |
      | MET-74 | metadata-scope-missing                  |
      | MET-75 | metadata-scope-unknown                  |
      | MET-78 | metadata-scope-substring                |
      | MET-79 | metadata-scope-array                    |
      | MET-81 | metadata-subject-type-unknown           |
      | MET-83 | metadata-sector-identifier-http         |
      | MET-85 | metadata-jwks-and-jwks-uri              |
      | MET-89 | metadata-jwks-private                   |
      | MET-90 | metadata-jwks-symmetric                 |
      | MET-90 | metadata-jwks-incomplete                |
      | MET-90 | metadata-jwks-empty                     |
      | MET-92 | metadata-private-key-jwt-without-key    |
      | MET-95 | metadata-logo-uri-javascript            |
      | MET-95 | metadata-policy-uri-file                |
      | MET-95 | metadata-client-uri-relative            |
      | MET-97 | metadata-initiate-login-uri-http        |
      | MET-98 | metadata-default-max-age-negative       |
      | MET-98 | metadata-require-auth-time-string       |
      | MET-100 | metadata-contacts-string                |
      | MET-113 | metadata-boolean-as-string              |

  Scenario Outline: <rule> refuses: <malformation>
    Given a registration for tls_client_auth that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is refused and no client is left behind

    Examples:
      | rule   | malformation                |
      | MET-35 | metadata-subject-dn-missing |
      | MET-36 | metadata-two-subjects       |
      | MET-38 | metadata-subject-dn-foreign |
      | MET-40 | metadata-subject-dn-regex   |
      | MET-41 | metadata-subject-dn-long    |

  Scenario Outline: <rule> refuses: <malformation>
    Given a registration for CIBA that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is refused and no client is left behind

    Examples:
      | rule   | malformation                        |
      | MET-108 | metadata-ciba-push                  |
      | MET-109 | metadata-ciba-ping-without-endpoint |
      | MET-109 | metadata-ciba-ping-http             |
      | MET-110 | metadata-ciba-user-code             |

  Scenario Outline: <rule> accepts: <malformation>
    Given a registration that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is accepted

    Examples:
      | rule   | malformation                  |
      | MET-51 | metadata-grant-types-reversed |
      | MET-76 | metadata-scope-reversed       |

  Scenario Outline: <rule> copes with: <malformation>
    Given a registration that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is accepted or refused without an internal error

    Examples:
      | rule   | malformation              |
      | MET-93 | metadata-client-name-html |

  Scenario Outline: <rule> registers just these: <malformation>
    Given a registration that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is accepted and redirect_uris are returned exactly

    Examples:
      | rule   | malformation             |
      | MET-06 | metadata-redirect-subset |

  Scenario: MET-114 takes null in an update for a member that is not there
    Given a registered client
    When it updates its client with "metadata-null-members"
    Then the answer has the status 200

  Scenario: MET-32 registers a client for private_key_jwt
    Given a TPP
    When it registers for the authentication method "private_key_jwt"
    Then it is accepted
    And the client obtains an access token

  Scenario: MET-33 registers a client for tls_client_auth
    Given a TPP
    When it registers for the authentication method "tls_client_auth"
    Then it is accepted
    And the client obtains an access token

  Scenario: MET-39 compares the subject of tls_client_auth as a distinguished name
    Given a TPP
    When it registers for tls_client_auth with its subject written as "oid-hex"
    Then it is accepted
    When it registers for tls_client_auth with its subject written as "blanks"
    Then it is accepted

  Scenario: MET-77 grants no scope that was not asked for
    Given a TPP
    When it registers for the scope "openid accounts"
    Then it is accepted
    And the granted scope is within the one asked for

  Scenario: MET-91 keeps two clients with the same kid apart
    Given two registered clients whose different keys have the same kid
    When each asks for an access token
    Then both obtain one
    And neither obtains one with the other's key
