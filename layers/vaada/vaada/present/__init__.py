"""What people read: mails, texts and pages. Pure functions: no AWS, no clock, no settings."""
