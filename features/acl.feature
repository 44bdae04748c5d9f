@ACL
Feature: Access across clients
  One client's credential opens one client's door, whatever else about it is genuine.

  Scenario: ACL-01 shows a client to nobody else
    Given a registered client that it can read
    And a registered client of another organisation
    When the other client's access token reads the client
    Then access is refused
    And the answer names no client

  Scenario: ACL-02 lets nobody else update a client
    Given a registered client that it can read
    And a registered client of another organisation
    When the other client's access token updates the client
    Then access is refused
    And the client is unchanged

  Scenario: ACL-03 lets nobody else delete a client
    Given a registered client that it can read
    And a registered client of another organisation
    When the other client's access token deletes the client
    Then access is refused
    And the client is unchanged

  Scenario: ACL-05 lets nobody take a client over with a redirect URI of their own
    Given a registered client that it can read
    And a registered client of another organisation
    When the other client puts its own registration in the client's place
    Then access is refused
    And the client is unchanged

  Scenario: ACL-06 lets nobody name another client in the body of their own update
    Given a registered client
    And a registered client of another organisation
    When the other client updates itself with the client's client_id
    Then the client is unchanged

  Scenario: ACL-08 finds a client under its exact identifier only
    Given a registered client that it can read
    When it reads its client under its identifier in the other case
    Then the answer is a refusal that shows no client

  Scenario: ACL-11 keeps the software of one organisation apart
    Given a registered client that it can read
    And a registered client of the same organisation
    When the other client's access token reads the client
    Then access is refused
    And the answer names no client
