// Every algorithm of the module, and the jose that has it.

import * as jose from 'jose';
// The last release with secp256k1, Ed448 and X448, which Web Crypto does not have.
import * as jose5 from 'jose-5';

export const encryptions = [
    'A128CBC-HS256', 'A192CBC-HS384', 'A256CBC-HS512', 'A128GCM', 'A192GCM', 'A256GCM',
];

const rsaSignatures = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const macs = ['HS256', 'HS384', 'HS512'];
const keyWraps = ['A128KW', 'A192KW', 'A256KW', 'A128GCMKW', 'A192GCMKW', 'A256GCMKW'];
const rsaEncryptions = ['RSA-OAEP', 'RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512'];
const agreements = ['ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A192KW', 'ECDH-ES+A256KW'];
const agreementCurves = ['P-256', 'P-384', 'P-521', 'X25519', 'X448'];

const isShared = (alg) => [...macs, ...keyWraps, 'dir'].includes(alg);

function onCurve(alg, curve, library = jose) {
    return { name: `${alg} on ${curve}`, alg, library, keyOptions: ['--curve', curve] };
}

function onNoCurve(alg) {
    return { name: alg, alg, library: jose, keyOptions: [], isShared: isShared(alg) };
}

export const signatures = [
    ...[...rsaSignatures, ...macs].map(onNoCurve),
    onCurve('ES256', 'P-256'),
    onCurve('ES384', 'P-384'),
    onCurve('ES512', 'P-521'),
    onCurve('ES256K', 'secp256k1', jose5),
    onCurve('EdDSA', 'Ed25519'),
    onCurve('EdDSA', 'Ed448', jose5),
];

// The key of `dir` has the size of one encryption; all others go with each.
export const keyManagement = [
    ...encryptions.map((enc) => ({
        ...onNoCurve('dir'),
        name: `dir for ${enc}`,
        keyOptions: ['--enc', enc],
        encryptions: [enc],
    })),
    ...[...keyWraps, ...rsaEncryptions].map((alg) => ({ ...onNoCurve(alg), encryptions })),
    ...agreements.flatMap((alg) => agreementCurves.map((curve) => ({
        ...onCurve(alg, curve, curve === 'X448' ? jose5 : jose),
        encryptions,
    }))),
];
