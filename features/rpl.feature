@RPL
Feature: Replay, repetition and races
  The same request twice, or many at once, must not make two of what should be one.

  Scenario: RPL-01 refuses a request that it has seen before
    Given a registration that the server accepts
    When the very same request is sent again
    Then it is refused and no client is left behind

  Scenario: RPL-02 takes the same jti from another software
    Given a registration that the server accepts
    When another software registers with the same jti
    Then it is accepted

  Scenario: RPL-04 refuses as an update what it has seen as a registration
    Given a registered client
    And an update that the server accepts
    When its registration request is sent again as an update
    Then the update is refused and the client is unchanged

  Scenario: RPL-01 refuses all but one of many copies that come at once
    Given a TPP
    When it sends 10 copies of one registration at once
    Then at most one client is registered

  Scenario: RPL-09 registers a software once, however often it asks at once
    Given a TPP
    When it sends 10 registrations of its software at once
    Then at most one client is registered

  Scenario: RPL-10 keeps one of many updates whole
    Given a registered client
    When it sends 6 different updates at once
    Then the client is one of them as a whole

  Scenario: RPL-11 survives a deletion in a race with reads
    Given a registered client that it can read
    When it deletes its client while it reads it
    Then no answer is a server error
    And the client is gone

  Scenario: RPL-15 repeats no client identifier
    Given a TPP
    When it registers 20 times
    Then every client_id is different
    And the client identifiers are not in sequence

  Scenario: RPL-16 issues secrets that cannot be guessed
    Given a TPP
    When it registers 20 times
    Then the secrets and tokens carry at least 128 bits
