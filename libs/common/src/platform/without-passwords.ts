/** Credentials in URLs are the one secret that error texts tend to carry. */
const URL_PASSWORD = /(\w+:\/\/[^:/@\s]*:)[^@/\s]+@/g;

export const withoutPasswords = (text: string): string => text.replace(URL_PASSWORD, '$1***@');
