/** Switches the routes of mail on. No mail server listens there. */
export const mailEnvironment = {
  SMTP_URL: 'smtp://127.0.0.1:9',
  MAIL_FROM: 'Site <no-reply@site.example>',
  SITE_URL: 'https://site.example',
};
