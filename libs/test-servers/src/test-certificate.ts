/** A certificate for `localhost` that is its own authority, valid until 2126. Its key is public, so use it in tests only. */
export const testCertificate = {
  certificate: `-----BEGIN CERTIFICATE-----
MIIBljCCATugAwIBAgIUBHF0zpMu5DgdLP7s+6OevaYLvDUwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyODE2NDIwNloYDzIxMjYxMTA0
MTY0MjA2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAT5SRn0vzSuv+i7/hBR9nOvq7biG8GS2UR66pXq8VmHodHE9PaEognw
Riwiw36lgDWHBk4VhU4jHCBaU0tV/Iiuo2kwZzAdBgNVHQ4EFgQU+w1aN8wzpMxd
hZKvR2WquFdpG8QwHwYDVR0jBBgwFoAU+w1aN8wzpMxdhZKvR2WquFdpG8QwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SQAwRgIhALf5HmzVvSpjD3ZECO7rE5D5y5f0cxkDiXN/CeerKQXlAiEAjyuCEsU5
fKQJ0arYgLaYvCeSRh/gwbm3SqqQeBuf5DU=
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgh+7y3wfcC+i6Ijlv
TPosCwx9N2smT8uSEPiRue3VuuWhRANCAAT5SRn0vzSuv+i7/hBR9nOvq7biG8GS
2UR66pXq8VmHodHE9PaEognwRiwiw36lgDWHBk4VhU4jHCBaU0tV/Iiu
-----END PRIVATE KEY-----
`,
};
