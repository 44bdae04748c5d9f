@DIR
Feature: Trust in the directory
  Keys come and go at the directory. The server follows without a restart.

  Scenario: DIR-01 works with a directory whose key set is coherent
    When the directory's key set is read
    Then its keys name their use, their algorithm's key and their certificate

  Scenario: DIR-02 accepts statements of the old and the new directory key
    Given a registration that the server accepts
    When the directory publishes a new signing key between two statements
    Then both statements are accepted

  Scenario: DIR-04 accepts a key that the software published after its registration
    Given a registered client
    When the software publishes a new signing key and the client asks for an access token with it
    Then the client obtains one
