@DIR
Feature: Trust in the directory
  Keys, certificates and roles come and go at the directory, and sometimes the
  directory itself is out of order. The server follows without a restart, and
  never opens its doors because it cannot ask.

  Scenario: DIR-01 works with a directory whose key set is coherent
    When the directory's key set is read
    Then its keys name their use, their algorithm's key and their certificate

  Scenario: DIR-02 accepts statements of the old and the new directory key
    Given a registration that the server accepts
    When the directory publishes a new signing key between two statements
    Then both statements are accepted

  @waits
  Scenario: DIR-03 refuses statements of a withdrawn directory key, and accepts them when it is back
    Given a registration that the server accepts
    And a statement under a new key of the directory, which the server accepts
    When the directory withdraws that key
    Then the server comes to refuse a registration with that statement
    When the directory publishes that key again
    Then the server comes to accept a registration with that statement

  Scenario: DIR-04 accepts a key that the software published after its registration
    Given a registered client
    When the software publishes a new signing key and the client asks for an access token with it
    Then the client obtains one

  @waits
  Scenario: DIR-05 refuses a key of the software that the directory has revoked
    Given a registered client
    And a second signing certificate of its software, with whose key the client obtains an access token
    When the directory revokes that key
    Then the server comes to refuse a token request with that key
    And the client obtains an access token with the first key

  @waits
  Scenario Outline: DIR-06 refuses calls over a certificate that was revoked after registration: the client <call>
    Given a registered client
    And a second client certificate for the same key, over which the client <call>
    When the directory revokes that certificate
    Then the server comes to refuse that call
    And the same call over the first certificate is accepted

    Examples:
      | call         |
      | reads        |
      | updates      |
      | gets a token |

  @waits
  Scenario Outline: DIR-07 refuses the clients of an organisation that is <status>
    Given a registered client of an organisation of its own
    When the directory sets the organisation to "<status>"
    Then the server comes to refuse the client a token
    When the directory sets the organisation to "Active"
    Then the server comes to give the client a token again

    Examples:
      | status    |
      | Revoked   |
      | Withdrawn |
      | Suspended |

  @waits
  Scenario: DIR-08 refuses the clients of software that the directory has made inactive
    Given a registered client that can obtain an access token
    When the directory sets the software to "Inactive"
    Then the server comes to refuse the client a token
    When the directory sets the software to "Active"
    Then the server comes to give the client a token again

  @waits
  Scenario: DIR-09 grants the scope of a role no longer that the software has lost
    Given a registered client that obtains an access token for the scope of a role
    When the directory takes that role from the software
    Then the server comes to grant that scope no more
    And the scope of a role that the software still has is granted

  @alone
  Scenario: DIR-10 registers nobody under a key that it cannot fetch while the directory is down
    Given a registration that the server accepts
    When the directory's key set is out of reach
    And it registers with a statement under a key that the server cannot have seen
    Then it is refused and no client is left behind
    When everything at the directory is as it was
    Then the server comes to accept that registration

  @alone
  Scenario: DIR-10 registers under a key that it knows while the directory is down
    Given a registration that the server accepts
    When the directory's key set is out of reach
    Then a registration with a statement under the old key is accepted

  @alone
  Scenario: DIR-11 bounds its wait for a slow directory and serves others meanwhile
    Given a registration that the server accepts
    When the key set of a software hangs while it registers, and a software of another organisation registers meanwhile
    Then the second registration is accepted while the first one waits, and the first one ends

  @alone
  Scenario: DIR-12 believes no key set over a connection whose certificate it cannot verify
    Given a registration that the server accepts
    And another software of its organisation, whose registration is ready
    When the directory shows a TLS certificate of another authority
    And that registration is sent
    Then it is refused and no client is left behind
    When everything at the directory is as it was
    Then the server comes to accept that software

  Scenario Outline: <rule> registers no software whose key set <fault>
    Given a registration that the server accepts
    And another software of its organisation, whose key set <fault>
    When that software registers
    Then it is refused and no client is left behind
    When everything at the directory is as it was
    Then the server comes to accept that software

    Examples:
      | rule   | fault                             |
      | DIR-13 | redirects to another host         |
      | DIR-14 | holds ten thousand keys           |
      | DIR-14 | is nested a hundred thousand deep |
      | DIR-15 | comes as HTML                     |
      | DIR-15 | is wrapped in a JWT               |

  Scenario: DIR-16 stands behind a directory that issues no statement to software of bad standing
    Given a TPP
    Then the directory issues a statement for the software
    When the directory sets the software to "Inactive"
    Then the directory issues no statement for the software
    When the directory sets the software to "Active"
    Then the directory issues a statement for the software
    And the directory refuses a request with a token that is not its own

  @waits
  Scenario: DIR-17 refuses the certificates of an authority that is no longer trusted
    Given a registration that the server accepts
    And a second client certificate of another authority, with which the server accepts it too
    When the directory revokes that authority
    Then the server comes to refuse a registration with that certificate
    And a registration with the first certificate is accepted

  Scenario Outline: DIR-18 accepts a client certificate of <authority>
    Given a registration that the server accepts
    When the same registration is sent with a client certificate of <authority>
    Then it is accepted

    Examples:
      | authority                              |
      | another authority                      |
      | an authority that two roots have signed |

  Scenario: DIR-19 follows a documented policy while revocation data is out of reach
    Given a registration that the server accepts
    And a client certificate whose revocation list and responder are silent
    When the same registration is sent with that certificate
    Then it is refused, or accepted as a documented policy says
    When everything at the directory is as it was
    Then the server comes to accept that certificate

  @alone
  Scenario Outline: DIR-20 tolerates a directory whose clock is two minutes <where>
    Given a registration that the server accepts
    When the directory's clock is two minutes <where>
    Then a registration with a fresh statement is accepted

    Examples:
      | where  |
      | ahead  |
      | behind |

  Scenario: DIR-22 accepts a later statement of the same software under a new directory key
    Given a registered client
    When the directory publishes a new signing key and the client updates itself with a statement under it
    Then that update is accepted
