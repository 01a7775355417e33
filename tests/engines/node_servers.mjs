// smtp-server (npm), as the tests want it:
//
//     node node_servers.mjs FOLDER-WITH-node_modules CONFIG.json
//
// CONFIG has host, key, cert, and accounts: user -> {password, token}.  It
// prints its two ports, for STARTTLS and for TLS from the first byte, and then
// a line for each login that was tried: its mechanism and how it ended.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [modules, file] = process.argv.slice(2);
const config = JSON.parse(readFileSync(file, 'utf8'));
const { SMTPServer } = createRequire(`${modules}/`)('smtp-server');

const isRight = (auth, account) =>
  (auth.method === 'XOAUTH2' ? auth.accessToken === account.token :
    auth.method === 'CRAM-MD5' ? auth.validatePassword(account.password) :
      auth.password === account.password);

const refusal = { data: { status: '401', schemes: 'bearer', scope: 'mail' } };

const onAuth = (auth, session, callback) => {
  const account = config.accounts[auth.username];
  const right = account !== undefined && isRight(auth, account);
  console.log(`${auth.method} ${right ? 'accepted' : 'refused'}`);
  callback(null, right ? { user: auth.username } : refusal);
};

const listen = (secure) => new Promise((done) => {
  const server = new SMTPServer({ ...config.tls, secure, onAuth,
    name: config.host, disableReverseLookup: true,
    authMethods: ['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2'] });
  server.listen(0, '127.0.0.1', () => done(server.server.address().port));
});

console.log(`ports ${await listen(false)} ${await listen(true)}`);
