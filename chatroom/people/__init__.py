"""Who people are: sessions, invitations, the key they are signed with."""
