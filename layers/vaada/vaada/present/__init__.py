"""What people read: e-mails, SMS and pages. Pure functions: no AWS, no clock, no settings."""
