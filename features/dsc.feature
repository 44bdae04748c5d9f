@DSC
Feature: Discovery
  The metadata document is what a client believes of the server before it has ever
  spoken to it.

  Scenario: DSC-01 advertises a registration endpoint over https
    When the server's metadata is read
    Then it names an https registration endpoint

  Scenario: DSC-03 names the issuer under which it was found
    When the server's metadata is read
    Then its issuer is the one under which it was found

  Scenario: DSC-04 advertises only authentication methods that FAPI permits
    When the server's metadata is read
    Then "token_endpoint_auth_methods_supported" holds only values that the profile permits

  Scenario: DSC-05 advertises only algorithms that FAPI permits
    When the server's metadata is read
    Then "token_endpoint_auth_signing_alg_values_supported" holds only values that the profile permits
    And "request_object_signing_alg_values_supported" holds only values that the profile permits
    And "id_token_signing_alg_values_supported" holds only values that the profile permits

  Scenario: DSC-06 accepts every authentication method that it advertises
    Given a TPP
    When it registers for every authentication method that is advertised
    Then each is accepted

  Scenario: DSC-08 advertises the scopes that it grants
    Given a registration that the server accepts
    When the server's metadata is read
    Then "scopes_supported" contains what the client was granted

  Scenario: DSC-09 says that access tokens are bound to certificates
    When the server's metadata is read
    Then "tls_client_certificate_bound_access_tokens" is true

  Scenario: DSC-13 serves its metadata as JSON
    When the server's metadata is read
    Then the answer has the status 200
    And the answer is JSON

  Scenario: DSC-14 publishes a sound key set
    When the server's key set is read
    Then its keys are public, strong and have distinct names
