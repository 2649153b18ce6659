#!/usr/bin/env bash
# Makes t/fuzz/keys and t/fuzz/corpus anew, from the mint, the vectors in t/data and by hand. The
# private keys are thrown away when it ends: nobody can sign anything else with them.
#
#   ./build.sh mint && t/fuzz/make_corpus.sh
#   t/fuzz/make_corpus.sh introspections      this corpus alone, with the keys that are there
#
# Needs openssl and perl, and Java's keytool for one keystore. README.md says what is in which folder.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly MINT=$PWD/build/mint
readonly NOW=1700000000 # the fuzzers' clock stands there
readonly KEYS=$PWD/t/fuzz/keys
readonly CORPUS=$PWD/t/fuzz/corpus
readonly KINDS=(RS256 PS256 ES256 ES384 EdDSA HS256)
readonly SHARED=(dir A128KW A256KW A128GCMKW)
readonly SEALING=("${SHARED[@]}" RSA-OAEP RSA-OAEP-256 ECDH-ES ECDH-ES+A128KW)
private=$(mktemp -d)
readonly private
trap 'rm -rf "$private"' EXIT

# put FUZZER NAME: standard input becomes a file of that fuzzer's corpus, its last newline cut.
put() {
    mkdir -p "$CORPUS/$1"
    perl -pe 'chomp if eof' >"$CORPUS/$1/$2"
}

token() { "$MINT" token "$private/$1.jwk" --now "$NOW" "${@:2}"; }

make_keys() {
    local kind
    for kind in "${KINDS[@]}" client; do
        "$MINT" key "${kind/client/ES256}" --out "$private/$kind.jwk"
    done
    "$MINT" key RS256 --kid '' --no-alg --out "$private/nameless.jwk"
    for kind in "${SEALING[@]}"; do
        "$MINT" key "$kind" --out "$private/$kind.jwk"
    done
    "$MINT" key ECDH-ES+A128KW --curve X25519 --out "$private/ECDH-ES+A128KW.jwk"
    "$MINT" cert "$private/client.jwk" --subject client --out "$KEYS/client.crt"
    local -a signing=("${KINDS[@]/#/$private/}" "$private/nameless") sealing=("${SEALING[@]/#/$private/}")
    "$MINT" jwks "${signing[@]/%/.jwk}" --out "$private/signing"
    "$MINT" jwks --private "${sealing[@]/%/.jwk}" --out "$private/sealing"
    perl -MJSON::PP -0777 -ne 'push @keys, @{decode_json($_)->{keys}};
        END { print JSON::PP->new->canonical->encode({keys => \@keys}) }' \
        "$private/signing" "$private/sealing" >"$KEYS/known.jwks"
    chmod 644 "$KEYS"/*
}

thumbprint() {
    openssl x509 -in "$KEYS/client.crt" -outform DER | openssl dgst -sha256 -binary |
        openssl base64 -A | tr '+/' '-_' | tr -d =
}

make_tokens() {
    local kind bound
    bound="cnf={\"x5t#S256\":\"$(thumbprint)\"}"
    for kind in "${KINDS[@]}" nameless; do
        token "$kind"
    done >"$KEYS/tokens"
    token ES256 --claim "$bound" >"$KEYS/bound_tokens"
    token HS256 --claim "$bound" >>"$KEYS/bound_tokens"
    for kind in "${SHARED[@]}"; do
        "$MINT" token --encrypt-only "$private/$kind.jwk" --now "$NOW"
        "$MINT" token --encrypt-only "$private/$kind.jwk" --now "$NOW" --zip
    done >"$KEYS/encrypted_tokens"
    for kind in "${SEALING[@]}"; do
        token ES256 --encrypt "$private/$kind.jwk"
    done >"$KEYS/nested_tokens"
    for kind in A192CBC-HS384 A256CBC-HS512 A192GCM A256GCM; do
        token ES256 --encrypt "$private/RSA-OAEP.jwk" --enc "$kind"
    done >>"$KEYS/nested_tokens"
    # Well encrypted, and to be refused all the same.
    {
        "$MINT" token --encrypt-only "$private/ECDH-ES.jwk" --now "$NOW"
        "$MINT" token --encrypt-only "$private/dir.jwk" --payload '[]'
        token RS256 --bad wrong-key --encrypt "$private/dir.jwk"
        token RS256 --bad alg-none --encrypt "$private/dir.jwk"
    } >"$KEYS/misused_tokens"
}

jws() {
    local bad name=0 line
    while read -r line; do
        put jws "known-$((name++))" <<<"$line"
    done < <(cat "$KEYS/tokens" "$KEYS/bound_tokens")
    for bad in alg-none alg-none-signed tampered-payload tampered-signature empty-signature \
        truncated padded crit jwk-header hs-with-public-key duplicate-claim not-json zip-def \
        wrong-key expired; do
        token RS256 --bad "$bad" | put jws "bad-$bad"
    done
    token ES256 --bad der-signature | put jws bad-der-signature
    vectors 't/data/rfc7520/jws/4_*.json' jws
    # RFC 7515 appendix A.1.
    printf '%s.%s.%s' eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9 \
        eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ \
        dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk | put jws rfc7515-a1
}

jwe() {
    local name=0 line
    while read -r line; do
        put jwe "known-$((name++))" <<<"$line"
    done < <(cat "$KEYS"/{encrypted,nested,misused}_tokens)
    vectors 't/data/rfc7520/jwe/5_*.json' jwe
}

# vectors PATTERN FUZZER: the compact serializations of RFC 7520.
vectors() {
    local file text
    # shellcheck disable=SC2086
    for file in $1; do
        text=$(perl -MJSON::PP -0777 -ne '
            print decode_json($_)->{output}{compact} // ""' "$file")
        [[ -z $text ]] || put "$2" "rfc7520-$(basename "$file" .json | cut -d. -f1)" <<<"$text"
    done
}

jwk_sets() {
    put jwk_set known <"$KEYS/known.jwks"
    local file kind
    for file in t/data/rfc7520/jwk/*.json; do
        printf '{"keys":[%s]}' "$(cat "$file")" |
            put jwk_set "rfc7520-$(basename "$file" .json | cut -d. -f1)"
    done
    for kind in "${KINDS[@]}"; do
        "$MINT" jwks "$private/$kind.jwk" | put jwk_set "$kind"
    done
    "$MINT" jwks --private "$private/RS256.jwk" | sed 's/"n"/"use":"sig","n"/' |
        put jwk_set used-private
    "$MINT" key EdDSA --curve Ed448 | sed 's/.*/{"keys":[&]}/' | put jwk_set Ed448
    "$MINT" key ES512 | tr -d '\n' | sed 's/.*/{"keys":[&,{"kty":"EC","crv":"X"}]}/' |
        put jwk_set ES512-and-unknown
    for kind in "${SEALING[@]}"; do
        "$MINT" jwks --private "$private/$kind.jwk" | put jwk_set "private-$kind"
    done
    put jwk_set operations <<<'{"keys":[{"kty":"oct","key_ops":["verify"],"k":"c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M"}]}'
    put jwk_set text-as-secret <<<'{"keys":[{"kty":"oct","k":"LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0KTUlJQklqQU5CZ2txaGtpRzl3MA"}]}'
    put jwk_set weak <<<'{"keys":[{"kty":"RSA","e":"AQ","n":"AQAB","kid":"weak","alg":"RS256"}]}'
}

# A file with one secret, and its format and purpose before it.
secret() { { echo "$2" && cat; } | put pem "$1"; }

pems() {
    local kind
    for kind in RS256 ES256 EdDSA; do
        "$MINT" pem "$private/$kind.jwk" | secret "public-$kind" pem
        "$MINT" pem "$private/$kind.jwk" --private | secret "private-$kind" pem
        "$MINT" cert "$private/$kind.jwk" | secret "certificate-$kind" pem
        secret "jwk-$kind" jwk <"$private/$kind.jwk"
    done
    "$MINT" pem "$private/RS256.jwk" | openssl rsa -pubin -RSAPublicKey_out 2>/dev/null |
        secret pkcs1-public pem
    "$MINT" pem "$private/RS256.jwk" --private | openssl rsa -traditional 2>/dev/null |
        secret pkcs1-private pem
    "$MINT" pem "$private/ES256.jwk" --private | openssl ec 2>/dev/null | secret sec1-private pem
    "$MINT" pem "$private/RS256.jwk" --private |
        openssl rsa -traditional -aes128 -passout pass:hush 2>/dev/null | secret encrypted-pkcs1 pem
    "$MINT" pem "$private/ES256.jwk" --private |
        openssl pkcs8 -topk8 -passout pass:hush | secret encrypted-pkcs8 pem
    openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 2>/dev/null | secret rsa-pss pem
    openssl genpkey -algorithm X25519 | secret x25519 pem
    openssl dsaparam -genkey 1024 2>/dev/null | secret dsa pem
    secret symmetric pem <<<'-----BEGIN HMAC SECRET KEY-----
c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M=
-----END HMAC SECRET KEY-----'
    for kind in RSA-OAEP ECDH-ES ECDH-ES+A128KW; do
        "$MINT" pem "$private/$kind.jwk" --private | secret "decrypting-$kind" 'pem decrypt'
        secret "decrypting-jwk-$kind" 'jwk decrypt' <"$private/$kind.jwk"
    done
    secret decrypting-plain 'plain decrypt' <<<'sixteen-bytes-of'
    secret base64 base64 <<<c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M=
    secret plain plain <<<'thirty-two bytes or more of a secret'
    secret jwk-oct jwk <<<'{"kty":"oct","k":"c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M","alg":"HS256"}'
}

# Keystores in which nothing takes long, and the contents of their authenticated safes.
keystores() {
    local kind file
    local -a quick=(-iter 1 -passout pass:hush)
    for kind in RS256 ES256 EdDSA; do
        "$MINT" cert "$private/$kind.jwk" --out "$private/$kind.crt"
        "$MINT" pem "$private/$kind.jwk" --private --out "$private/$kind.pem"
    done
    file=$private/p12
    openssl pkcs12 -export "${quick[@]}" -name signing -in "$private/RS256.crt" \
        -inkey "$private/RS256.pem" -out "$file" && put_keystore rsa "$file"
    openssl pkcs12 -export "${quick[@]}" -name other -in "$private/ES256.crt" \
        -inkey "$private/ES256.pem" -certpbe NONE -keypbe NONE -out "$file" &&
        put_keystore plain "$file"
    openssl pkcs12 -export "${quick[@]}" -in "$private/EdDSA.crt" -nokeys -certpbe NONE \
        -caname trusted -out "$file" && put_keystore certificate "$file"
    openssl pkcs12 -export "${quick[@]}" -nomac -in "$private/EdDSA.crt" -nokeys -certpbe NONE \
        -out "$file" && put_keystore no-mac "$file"
    "$MINT" keystore --password hush --key "sealing=$private/A128KW.jwk" \
        --key "private=$private/ECDH-ES.jwk" --out "$file" && put_keystore mint "$file"
    rm -f "$file"
    keytool -J-Dkeystore.pkcs12.keyPbeIterationCount=1 -J-Dkeystore.pkcs12.macIterationCount=1 \
        -J-Dkeystore.pkcs12.certPbeIterationCount=1 -genseckey -keystore "$file" \
        -storetype PKCS12 -storepass hush12 -keyalg HmacSHA256 -keysize 256 -alias shared \
        2>/dev/null && put_keystore keytool-secret "$file"
}

# The content is the OCTET STRING at depth 3 that follows the first OBJECT of the keystore.
put_keystore() {
    local at
    mkdir -p "$CORPUS/keystore"
    cp "$2" "$CORPUS/keystore/$1"
    at=$(openssl asn1parse -inform DER -in "$2" | awk -F: '/OCTET STRING/ { print $1 + 0; exit }')
    openssl asn1parse -inform DER -in "$2" -strparse "$at" -noout -out "$CORPUS/keystore/$1-content"
}

escaped() { perl -0777 -pe 's/([^A-Za-z0-9._~-])/sprintf "%%%02X", ord $1/ge'; }

certificates() {
    local der
    der=$(openssl x509 -in "$KEYS/client.crt" -outform DER | openssl base64 -A)
    escaped <"$KEYS/client.crt" | put certificate escaped-pem
    put certificate plain-pem <"$KEYS/client.crt"
    put certificate base64 <<<"$der"
    put certificate structured-field <<<":$der:"
    cat "$KEYS/client.crt" "$KEYS/client.crt" | escaped | put certificate two
    "$MINT" cert "$private/RS256.jwk" --days -1 | escaped | put certificate expired-rsa
    "$MINT" cert "$private/EdDSA.jwk" --san DNS:localhost,IP:127.0.0.1 | escaped |
        put certificate eddsa
    sed 's/CERTIFICATE/TRUSTED CERTIFICATE/' "$KEYS/client.crt" | escaped | put certificate trusted
    put certificate none <<<'(null)'
}

credentials() {
    put credentials bearer <<<'Bearer abc.def.ghi'
    put credentials any-case <<<'bEARER token'
    put credentials blanks <<<$'\t  Bearer   two words\t '
    put credentials two <<<$'Bearer one\nBearer two'
    put credentials basic <<<'Basic dXNlcjpwYXNzd29yZA=='
    put credentials nothing-behind <<<'Bearer '
    put credentials tab <<<$'Bearer\ttoken'
    put credentials later <<<'Basic x, Bearer y'
}

durations() {
    local text name=0
    for text in '2m' '2 minutes' '1 hour and 30 seconds' '10 min, 30 sec' zero disabled unlimited \
        none 30 '5 DAYS' '0ms' '9223372036854775807 ms' '26687997791 days' '1h 2m' \
        '26687997791 days, 26687997791 days' ' 3 milliseconds ' indefinite; do
        put duration "$((name++))" <<<"$text"
    done
}

# A request: words, certificate, scopes, realm, and the values of Authorization headers.
request() { printf '%s\n' "${@:2}" | put request "$1"; }

requests() {
    local plain bound hs certificate
    plain=$(sed -n 1p "$KEYS/tokens")
    hs=$(sed -n 6p "$KEYS/tokens")
    bound=$(sed -n 1p "$KEYS/bound_tokens")
    certificate=$(escaped <"$KEYS/client.crt")
    request good 'tls' '' 'read|write' 'the realm' "Bearer $plain"
    request good-cached 'tls cache' '' 'read write' '' "Bearer $hs"
    request bound 'tls bound' "$certificate" '' '' "Bearer $bound"
    request bound-cached 'tls cache' "$certificate" 'read' '' "Bearer $bound"
    request bound-to-another 'tls' '' '' '' "Bearer $bound"
    request binding-unasked 'tls unasked' '' '' '' "Bearer $bound"
    request binding-missing 'tls bound' "$certificate" '' '' "Bearer $plain"
    request scope-missing 'tls' '' 'read|admin' $'a "realm"\\' "Bearer $plain"
    request scope-undefined 'tls' '' 'read|  ' '' "Bearer $plain"
    request plain-http '' '' '' '' "Bearer $plain"
    request http-allowed 'http-allowed' '' '' '' "Bearer $plain"
    request two-headers 'tls' '' '' '' "Bearer $plain" "Bearer $hs"
    request no-header 'tls' '' '' 'realm'
    request unsigned 'tls null' '' '' '' "Bearer $(token RS256 --bad alg-none)"
    request nested 'tls nested cache' '' 'read' '' "Bearer $(sed -n 1p "$KEYS/nested_tokens")"
    request nested-ecdh 'tls nested' '' '' '' "Bearer $(sed -n 8p "$KEYS/nested_tokens")"
    request not-nested 'tls nested' '' '' '' "Bearer $plain"
    request forged 'tls cache' '' '' '' "Bearer $(token RS256 --bad wrong-key)"
}

# Header and claims under what is demanded: words, header, claims.
claims() { printf '%s\n' "${@:2}" | put claims "$1"; }

# What an introspection endpoint answers: words, token, body.
introspection() { printf '%s\n' "${@:2}" | put introspection "$1"; }

introspections() {
    local bound
    bound="\"cnf\":{\"x5t#S256\":\"$(thumbprint)\"}"
    # RFC 7662 section 2.2.
    introspection rfc7662 '' 2YotnFZFEjr1zCsicMWpAA '{
     "active": true, "client_id": "l238j323ds-23ij4", "username": "jdoe",
     "scope": "read write dolphin", "sub": "Z5O3upPC88QrAjx00dis",
     "aud": "https://protected.example.net/resource", "iss": "https://as.example.com",
     "exp": 1700000036, "iat": 1699999902, "extension_field": "twenty-seven" }'
    introspection inactive '' 2YotnFZFEjr1zCsicMWpAA '{"active":false}'
    introspection least 'cache JSON' 'a-._~+/b==' '{"active":true}'
    introspection bound 'bound certificate' t "{\"active\":true,$bound,\"token_type\":\"bearer\"}"
    introspection audience 'audience scope skew' t \
        '{"active":true,"aud":["https://api.example.com"],"scope":"read","exp":1699999950}'
    introspection other-type 'scope' t '{"active":true,"token_type":"N_A","scp":["read"]}'
    introspection other-issuer '' t '{"active":true,"iss":"https://other.example.com"}'
    introspection text-active '' t '{"active":"true"}'
    introspection html 'html' t '<html></html>'
    introspection created 'created' t '{"active":true}'
    introspection broken 'broken' t ''
    introspection no-b64token '' 'a b&token=c' '{"active":true}'
}

readonly ISS='"iss":"https://as.example.com","exp":1700003600'
readonly RFC9068='"aud":"https://api.example.com","sub":"a","client_id":"b","iat":1700000000,"jti":"c"'

all_claims() {
    local header='{"alg":"HS256","typ":"at+jwt","kid":"known"}' bound
    bound="\"cnf\":{\"x5t#S256\":\"$(thumbprint)\"}"
    claims least any '{"alg":"HS256"}' "{$ISS}"
    claims rfc9068 'rfc9068 audience' "$header" "{$ISS,$RFC9068}"
    claims rfc9068-cached 'rfc9068 cache scope' "$header" "{$ISS,$RFC9068,\"scope\":\"read write\"}"
    claims am 'am scope' '{"alg":"HS256","typ":"JWT","zip":"NONE"}' \
        "{$ISS,\"tokenName\":\"access_token\",\"scope\":[\"read\",\"write\"],\"realm\":\"/\"}"
    claims id-token any "$header" "{$ISS,\"at_hash\":\"x\",\"nonce\":\"n\"}"
    claims logout any '{"alg":"HS256","typ":"logout+jwt"}' "{$ISS,\"events\":{}}"
    claims bound 'bound certificate' "$header" "{$ISS,$bound}"
    claims bound-no-certificate 'cache' "$header" "{$ISS,$bound}"
    claims bound-twice 'certificate' "$header" "{$ISS,\"cnf\":{\"x5t#S256\":\"x\",\"jkt\":\"y\"}}"
    claims unbound 'unbound' "$header" "{$ISS,\"cnf\":[]}"
    claims times 'skew' "$header" \
        '{"iss":"https://as.example.com","exp":1699999940,"iat":1700000060,"nbf":1700000059.9}'
    claims times-real '' "$header" '{"iss":"https://as.example.com","exp":1.7e9,"nbf":-1e308}'
    claims times-far '' "$header" \
        '{"iss":"https://as.example.com","exp":9223372036854775807,"nbf":-9223372036854775808}'
    claims audiences 'audience' "$header" "{$ISS,\"aud\":[\"x\",\"https://api.example.com\"]}"
    claims scp 'scope' "$header" "{$ISS,\"scp\":[\"read\"]}"
    claims controls '' "$header" \
        "{$ISS,\"sub\":\"a\\r\\nb\\u007f\\\\\",\"a\":{\"b\":[1.5,true,null]},\"aud\":\"\\u00e9\"}"
    claims encrypted 'encrypted' '{"alg":"dir","enc":"A128GCM","typ":"at+jwt"}' "{$ISS,$RFC9068}"
    claims encrypted-deflated 'encrypted deflated audience cache' \
        '{"alg":"dir","enc":"A128GCM","zip":"DEF"}' "{$ISS,$RFC9068,\"scope\":\"read\"}"
    claims encrypted-crit 'encrypted' '{"alg":"dir","enc":"A128GCM","crit":[]}' "{$ISS}"
    claims nested 'nested scope' "$header" "{$ISS,\"scope\":\"read\"}"
    claims nested-cached 'nested cache certificate' "$header" "{$ISS,$bound}"
    claims crit '' '{"alg":"HS256","crit":["b64"],"b64":false}' "{$ISS}"
    claims duplicate '' "$header" "{$ISS,\"iss\":\"https://other.example.com\"}"
}

if (($# > 0)); then
    "$@"
    exit
fi
rm -rf "$KEYS" "$CORPUS"
mkdir -p "$KEYS" "$CORPUS"
make_keys
make_tokens
jws
jwe
jwk_sets
pems
keystores
certificates
credentials
durations
requests
introspections
all_claims
