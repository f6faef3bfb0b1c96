"""The command line of the queries; nothing else imports it."""
