// oidc-provider (npm), a certified authorization server, as the tests want it:
//
//     node oidc_server.mjs FOLDER-WITH-node_modules CONFIG.json
//
// CONFIG has tls {key, cert}, clients, resources, accounts, jwks, and ttl; see
// oidc_server.py.  It prints its port.  In front of it stand the paths of
// Entra and Google, which lead to the same endpoints, and /_lab/...: what came
// in, and faults to be had before or after the server has done its work.

import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const [modules, file] = process.argv.slice(2);
const config = JSON.parse(readFileSync(file, 'utf8'));
const { default: Provider, errors } = await import(
  `${modules}/node_modules/oidc-provider/lib/index.js`);

const BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const requests = [];
const faults = [];
const disabled = new Set();
const subjects = new WeakMap(); // of service accounts' tokens
let provider;

const resourceOf = (client) =>
  config.resources[client.clientId] ?? config.resources.default;

const describe = (resource) => ({
  scope: config.scopes,
  accessTokenFormat: resource === 'urn:mail:opaque' ? 'opaque' : 'jwt',
  accessTokenTTL: config.ttl,
  ...(resource !== 'urn:mail:opaque' && {
    jwt: { sign: { alg: resource === 'urn:mail:es256' ? 'ES256' : 'RS256' } },
  }),
});

const setUp = (issuer) => new Provider(issuer, {
  clients: config.clients,
  jwks: config.jwks,
  cookies: { keys: ['a key of the tests'] },
  scopes: ['openid', 'offline_access'],
  clientAuthMethods: ['none', 'client_secret_post', 'client_secret_basic',
    'private_key_jwt'],
  enabledJWA: {
    clientAuthSigningAlgValues: ['RS256', 'PS256', 'ES256'],
    introspectionSigningAlgValues: ['RS256'],
  },
  responseTypes: ['code'],
  rotateRefreshToken: true,
  issueRefreshToken: async (ctx, client) =>
    client.grantTypeAllowed('refresh_token'),
  expiresWithSession: async () => false,
  pkce: { methods: ['S256'], required: () => true },
  ttl: { AccessToken: config.ttl, ClientCredentials: config.ttl,
    AuthorizationCode: 60, DeviceCode: config.deviceTTL, Grant: 86400,
    IdToken: 3600, Interaction: 600, RefreshToken: 86400, Session: 86400 },
  findAccount: async (ctx, id) =>
    (disabled.has(id) ? undefined : { accountId: id,
      claims: async () => ({ sub: id }) }),
  // Dovecot looks who it is there, and the type "at+jwt" it does not know.
  extraTokenClaims: async (ctx, token) => ({
    upn: subjects.get(token) ?? token.accountId ?? config.accounts[token.clientId],
  }),
  formats: { customizers: { jwt: async (ctx, token, jwt) => {
    jwt.header = { ...jwt.header, typ: 'JWT' };
    return jwt;
  } } },
  features: {
    devInteractions: { enabled: true },
    deviceFlow: { enabled: true },
    clientCredentials: { enabled: true },
    revocation: { enabled: true,
      allowedPolicy: async (ctx, client, token) =>
        token.clientId === client.clientId },
    introspection: { enabled: true,
      allowedPolicy: async (ctx, client) => client.clientId === 'dovecot' },
    resourceIndicators: { enabled: true,
      defaultResource: async (ctx, client, oneOf) =>
        (Array.isArray(oneOf) ? oneOf[0] : oneOf) ?? resourceOf(client),
      getResourceServerInfo: async (ctx, resource) => describe(resource),
      useGrantedResource: async () => true },
  },
});

const part = (text) => JSON.parse(Buffer.from(text, 'base64url').toString());

// Google's service accounts: no client but an assertion about one of the
// domain's users.  v9 hands over provider and helpers first, v8 does not.
async function bearer(...args) {
  const ctx = args.find((a) => a?.oidc);
  const [head, body, signature] = (ctx.oidc.params.assertion ?? '').split('.');
  const refuse = (why) => {
    const error = new errors.InvalidGrant(why);
    error.error_description = why;
    throw error;
  };
  if (!signature) refuse('Invalid JWT');
  const header = part(head);
  const claims = part(body);
  const key = config.service[claims.iss];
  const now = Date.now() / 1000;
  if (!key) refuse('Invalid grant: account not found');
  if (header.alg !== 'RS256' || !verify('sha256', Buffer.from(`${head}.${body}`),
    createPublicKey(key), Buffer.from(signature, 'base64url')))
    refuse('Invalid JWT Signature.');
  if (!(claims.iat < now + 60 && claims.exp > now && claims.exp - claims.iat <= 3600))
    refuse('Invalid JWT: Token must be a short-lived token (60 minutes) and in a '
      + 'reasonable timeframe. Check your iat and exp values in the JWT claim.');
  if (!claims.aud?.endsWith('/token')) refuse('Invalid JWT: wrong aud');
  if (!claims.sub?.endsWith('@example.org')) refuse('Invalid email or User ID');
  const resource = resourceOf(ctx.oidc.client);
  const token = new provider.ClientCredentials(
    { client: ctx.oidc.client, scope: claims.scope });
  token.resourceServer = new provider.ResourceServer(resource, describe(resource));
  subjects.set(token, claims.sub);
  const value = await token.save();
  ctx.body = { access_token: value, expires_in: token.expiration,
    token_type: 'Bearer' };
}

const rewrite = (url) => url
  .replace(/^\/[^/?]+\/oauth2\/v2\.0\/token/, '/token')
  .replace(/^\/[^/?]+\/oauth2\/v2\.0\/devicecode/, '/device/auth')
  .replace(/^\/[^/?]+\/oauth2\/v2\.0\/authorize/, '/auth')
  .replace(/^\/o\/oauth2\/v2\/auth/, '/auth')
  .replace(/^\/device\/code/, '/device/auth');

function answer(res, fault, end) {
  const later = (f) => setTimeout(f, fault.delay ?? 0);
  switch (fault.kind) {
    case 'late': later(end); break;
    case 'hangup': later(() => res.socket?.destroy()); break;
    case 'status':
      later(() => {
        res.statusCode = fault.status;
        for (const name of res.getHeaderNames()) res.removeHeader(name);
        res.setHeader('content-type', 'application/json');
        for (const [name, value] of Object.entries(fault.headers ?? {}))
          res.setHeader(name, value);
        end(fault.body ?? '');
      });
      break;
    case 'endless': {
      res.removeHeader('content-length');
      res.write('{"access_token":"');
      const more = () => { while (!res.destroyed && res.write('A'.repeat(16384))); };
      res.on('drain', more);
      more();
      break;
    }
    case 'drip': {
      res.removeHeader('content-length');
      const text = fault.body ?? '{"access_token":"slow"}';
      let i = 0;
      const timer = setInterval(() => {
        if (res.destroyed || i >= text.length) { clearInterval(timer); end(); return; }
        res.write(text[i]);
        i += 1;
      }, fault.delay ?? 100);
      break;
    }
    default: end();
  }
}

function lab(req, res) {
  const chunks = [];
  req.on('data', (c) => chunks.push(c));
  req.on('end', () => {
    const data = chunks.length ? JSON.parse(Buffer.concat(chunks)) : {};
    let out = {};
    if (req.url === '/_lab/requests') out = requests;
    else if (req.url === '/_lab/fault') faults.push({ times: 1, ...data });
    else if (req.url === '/_lab/clear') faults.length = requests.length = 0;
    else if (req.url === '/_lab/account')
      if (data.enabled) disabled.delete(data.name); else disabled.add(data.name);
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify(out));
  });
}

const server = createServer({ key: config.tls.key, cert: config.tls.cert });
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  provider = setUp(`https://localhost:${port}`);
  provider.registerGrantType(BEARER, bearer, ['assertion', 'scope']);
  const handle = provider.callback();

  server.on('request', (req, res) => {
    if (req.url.startsWith('/_lab/')) { lab(req, res); return; }
    req.url = rewrite(req.url);
    if (req.url === '/service/token') {
      req.url = '/token';
      req.headers.authorization = `Basic ${Buffer.from(
        `service:${config.serviceSecret}`).toString('base64')}`;
    }
    const path = req.url.replace(/\?.*/, '');
    const entry = { method: req.method, path, status: 0, finished: false };
    requests.push(entry);
    res.on('finish', () => { entry.finished = true; });
    res.on('close', () => { entry.status = res.statusCode; });
    req.entry = entry;
    const at = faults.findIndex((f) => f.path === path);
    if (at === -1) { handle(req, res); return; }
    const fault = faults[at];
    fault.times -= 1;
    if (fault.times === 0) faults.splice(at, 1);
    const end = res.end.bind(res);
    if (fault.when === 'after') {
      // What was written is the server's: kept back until then.
      res.end = (body) => { answer(res, fault, (other) => end(other ?? body)); };
      handle(req, res);
    } else if (fault.kind === 'late') {
      setTimeout(() => handle(req, res), fault.delay);
    } else {
      answer(res, fault, end);
    }
  });
  const note = (ctx, error) => Object.assign(ctx.req.entry, {
    grant: ctx.oidc.body?.grant_type, client: ctx.oidc.client?.clientId,
    names: Object.keys(ctx.oidc.body ?? {}).sort(),
    ...(error && { error: error.error, detail: error.error_detail }),
  });
  provider.on('grant.success', (ctx) => note(ctx));
  provider.on('grant.error', note);
  for (const name of ['authorization.error', 'revocation.error',
    'introspection.error', 'device_authorization.error'])
    provider.on(name, (ctx, error) =>
      Object.assign(ctx.req.entry, { error: error.error,
        detail: error.error_detail }));
  provider.on('server_error', (ctx, error) => console.error(error));
  process.stdout.write(`${port}\n`);
});
