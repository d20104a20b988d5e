"""What people do with accounts, one file a noun: signing in, the account, tokens, roles, the roster."""
