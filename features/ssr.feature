@SSR
Feature: Outbound requests and the safety of URIs
  Every URI in a registration is an invitation to fetch. The server accepts none
  from a stranger.

  Scenario Outline: <rule> refuses or never fetches: <malformation>
    Given a registration that the server accepts
    When the same registration is sent with "<malformation>"
    Then it is refused, or accepted without a fetch

    Examples:
      | rule   | malformation                       |
      | SSR-01 | metadata-jwks-uri-loopback         |
      | SSR-01 | metadata-jwks-uri-metadata-service |
      | SSR-01 | metadata-jwks-uri-private          |
      | SSR-01 | metadata-jwks-uri-ipv6-loopback    |
      | SSR-04 | metadata-jwks-uri-file             |
      | SSR-04 | metadata-jwks-uri-data             |
      | SSR-06 | metadata-logo-uri-canary           |
      | SSR-07 | metadata-sector-identifier-private |
      | SSR-08 | metadata-policy-and-tos-canary     |
      | SSR-12 | metadata-client-uri-crlf           |
      | SSR-15 | metadata-jwks-uri-userinfo         |

  Scenario: SSR-01 fetches no keys from a private address
    Given a TPP
    When it registers with its key set on a private address and asks for an access token
    Then the server fetched nothing

  Scenario: SSR-11 fetches nothing on behalf of a refused registration
    Given a registration that the server accepts
    When the same registration is sent with "request-jku-rogue"
    Then the server fetched nothing
    When the same registration is sent with "statement-jwks-endpoint-foreign"
    Then the server fetched nothing
