#!/usr/bin/env bash
# Shows the module at work: starts NGINX on loopback with examples/nginx.conf, sends requests with good
# and bad tokens, and explains each answer. Ends 0 when every answer was the one it announced.
#
#   examples/demo.sh [--keep]    --keep leaves NGINX running
#
# The module and the mint have to be built: ./build.sh demo does that and then runs this. NGINX_BINARY
# names the nginx to run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly ROOT=$PWD
readonly WORK=$ROOT/build/demo
readonly KEY=build/demo/keys/issuer.jwk
readonly DECRYPTION_KEY=build/demo/keys/decryption.jwk
readonly CERTIFICATE=build/demo/tls/api.crt

export PATH=$PATH:/usr/sbin:/sbin
# The requests go to loopback, whatever proxy the environment names.
export no_proxy=127.0.0.1 NO_PROXY=127.0.0.1
umask 022

bold='' dim='' green='' red='' plain=''
if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
    bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
fi

keep=no
nginx=${NGINX_BINARY:-nginx}
port=
token=
number=0

die() {
    printf '%sdemo.sh: %s%s\n' "$red" "$*" "$plain" >&2
    exit 1
}

command_line() {
    case ${1:-} in
        '') ;;
        --keep) keep=yes ;;
        *)
            echo 'Usage: examples/demo.sh [--keep]' >&2
            exit 2
            ;;
    esac
}

# ---- Set-up

need() {
    local tool
    for tool in curl "$nginx"; do
        command -v "$tool" >/dev/null || die "there is no $tool; install it, as with: apt-get install ${tool##*/}"
    done
    [[ -x build/mint && -e build/ngx_http_oauth2_rs_module.so ]] ||
        die 'the module or the mint is not built; run ./build.sh demo'
}

# The process that an earlier --keep left running, if it is one.
earlier_pid() {
    local pid
    pid=$(cat "$WORK/nginx.pid" 2>/dev/null) || return 1
    grep -qsF "$WORK/" "/proc/$pid/cmdline" && echo "$pid"
}

# Signals the process and waits until it is gone.
stop() {
    kill "$1"
    timeout 20 tail --pid="$1" -s 0.1 -f /dev/null || die "NGINX, process $1, does not end"
}

make_work_folder() {
    local pid
    if pid=$(earlier_pid); then
        echo "Stopping the NGINX of an earlier --keep, process $pid."
        stop "$pid"
    fi
    rm -rf "$WORK"
    mkdir -p "$WORK"/{keys,logs,modules,temp,tls}
    cp examples/nginx.conf "$WORK/"
    ln -s ../../ngx_http_oauth2_rs_module.so "$WORK/modules/"
}

make_keys() {
    build/mint key RS256 --out $KEY
    build/mint jwks $KEY --out build/demo/keys/issuer.jwks
    build/mint key RSA-OAEP-256 --out $DECRYPTION_KEY
    build/mint jwks --private $DECRYPTION_KEY --out build/demo/keys/decryption.jwks
    build/mint key ES256 --out build/demo/tls/api.jwk
    build/mint pem --private build/demo/tls/api.jwk --out build/demo/tls/api.key
    build/mint cert build/demo/tls/api.jwk --san DNS:localhost,IP:127.0.0.1 --out $CERTIFICATE
    make_client alice
    make_client mallory
}

# A client with a certificate that it has signed itself.
make_client() {
    build/mint key ES256 --out "build/demo/tls/$1.jwk"
    build/mint pem --private "build/demo/tls/$1.jwk" --out "build/demo/tls/$1.key"
    build/mint cert "build/demo/tls/$1.jwk" --subject "$1" --out "build/demo/tls/$1.crt"
}

# RFC 8705 section 3.1: base64url of the SHA-256 of the certificate's DER.
thumbprint() {
    openssl x509 -in "build/demo/tls/$1.crt" -outform DER | openssl dgst -sha256 -binary |
        openssl base64 | tr '+/' '-_' | tr -d '='
}

listening() { (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; }

# Starts NGINX on the first free port. It binds its sockets before it goes to the background.
start() {
    for port in {8443..8462}; do
        listening && continue
        echo "listen 127.0.0.1:$port ssl;" >"$WORK/listen.conf"
        if (cd "$WORK" && "$nginx" -e logs/start.log -p "$WORK/" -c nginx.conf 2>logs/start.err); then
            return
        fi
        grep -q 'Address already in use' "$WORK/logs/start.err" || break
    done
    die "NGINX did not start:
$(cat "$WORK/logs/start.err" 2>/dev/null)"
}

# Once a request is answered there are workers, hence the master has written its process id.
await_answer() {
    local status
    for _ in {1..20}; do
        status=$(ask "https://127.0.0.1:$port/health" 2>/dev/null | sed -n 1p) || continue
        [[ $status == *' 200 '* ]] && return
    done
    die "NGINX does not answer; see build/demo/logs/error.log"
}

clean_up() {
    local pid
    if pid=$(earlier_pid); then
        stop "$pid"
    fi
}

# ---- The walk

title() {
    number=$((number + 1))
    printf '\n%s%d. %s%s\n%s\n\n' "$bold" "$number" "$1" "$plain" "$2"
}

ask() { curl -sS -i --max-time 10 --cacert $CERTIFICATE "$@" | tr -d '\r'; }

# The words as they are typed in a shell, each after a space.
typed() {
    local word
    for word; do
        [[ $word =~ ^[A-Za-z0-9_=.:/-]+$ ]] || word=${word@Q}
        printf ' %s' "$word"
    done
}

# Makes a token as the mint is told to and shows the command: with_token [MINT OPTION...]
with_token() {
    token=$(build/mint token $KEY "$@")
    printf '  $ TOKEN=$(build/mint token %s%s)\n' "$KEY" "$(typed "$@")"
    printf '    %s%s…%s, %d characters%s\n' "$dim" "${token:0:12}" "${token: -6}" ${#token} "$plain"
}

without_token() { token=; }

# The client whose certificate the requests that follow show, or nobody: as_client NAME
as_client() { client=${1:-}; }

# Sends a request and shows it with its answer: get PATH
get() {
    local url=https://127.0.0.1:$port$1 log=$WORK/logs/error.log before
    before=$(wc -c <"$log")
    local -a certificate=()
    [[ -z $client ]] || certificate=(--cert "build/demo/tls/$client.crt" --key "build/demo/tls/$client.key")
    printf '  $ curl -i --cacert %s' $CERTIFICATE
    [[ -z $client ]] || printf ' \\\n        %s' "$(typed "${certificate[@]}")"
    if [[ -n $token ]]; then
        printf ' \\\n         -H "Authorization: Bearer $TOKEN"'
        answer=$(ask "${certificate[@]}" -H "Authorization: Bearer $token" "$url")
    else
        answer=$(ask "${certificate[@]}" "$url")
    fi
    printf ' %s\n\n' "$url"
    status=$(sed -n '1s/^HTTP[^ ]* \([0-9]*\).*/\1/p' <<<"$answer")
    challenge=$(sed -n 's/^WWW-Authenticate: //p' <<<"$answer")
    body=$(sed '1,/^$/d' <<<"$answer")
    # The line of a refusal is written before the answer.
    refusal=$(tail -c +$((before + 1)) "$log" | sed -n 's/.*oauth2: request refused: \(.*)\), client: .*/\1/p')
    show
}

show() {
    printf '    %s\n' "$(head -n 1 <<<"$answer")"
    if [[ -n $challenge ]]; then
        printf '    WWW-Authenticate: %s\n' "$challenge" | fold -s -w 96 | sed 's/ $//; 2,$s/^/      /'
    fi
    if [[ $status == 200 ]]; then
        printf '\n'
        sed 's/^/    /' <<<"$body"
    else
        printf '\n  Why, as NGINX logged it: %s%s%s\n' "$bold" "$refusal" "$plain"
    fi
}

# What was announced: expect STATUS REASON CHALLENGE
expect() {
    same status "$1" "$status"
    same reason "$2" "${refusal%% *}"
    same challenge "$3" "$challenge"
    printf '  %sas announced%s\n' "$green" "$plain"
}

same() { [[ $2 == "$3" ]] || die "not as announced: the $1 is '$3' instead of '$2'"; }

readonly INVALID='Bearer realm="demo", error="invalid_token", error_description="The access token provided is expired, revoked, malformed, or invalid for other reasons."'
readonly INSUFFICIENT='Bearer realm="demo", scope="read admin", error="insufficient_scope", error_description="The request requires higher privileges than provided by the access token."'

introduce() {
    cat <<END

${bold}An OAuth 2.0 resource server in NGINX${plain}

NGINX runs on https://127.0.0.1:$port with examples/nginx.conf, copied to build/demo. It asks every
request for an access token that https://as.example.com signed for https://api.example.com. Behind it
stands an application, a server of the same NGINX, that answers with the headers it was sent.

build/mint plays the authorization server: it has the private key, NGINX the public one.
The commands below can be typed in $ROOT.
END
}

walk_tokens() {
    title 'No token' 'The answer is 401, and says which kind of credentials are wanted.'
    without_token
    get /
    expect 401 no_token 'Bearer realm="demo"'

    title 'A good token' 'The request goes on to the application, which is told what the claims say.'
    with_token --claim 'address={"locality":"Bern"}'
    get /
    expect 200 '' ''
    same 'application'\''s view' $'subject  alice\nclient   app\nscope    read write\nlocality Bern' "$body"

    title 'An expired token' 'Its "exp" was an hour ago. From here on the client is told no more than "invalid_token".'
    with_token --bad expired
    get /
    expect 401 expired "$INVALID"

    title 'A token of another issuer' 'It is signed with the right key, but its "iss" is not the one that is configured.'
    with_token --bad wrong-issuer
    get /
    expect 401 issuer_mismatch "$INVALID"
}

walk_forgeries() {
    title 'A tampered token' 'Somebody has changed "sub" after the token was signed.'
    with_token --bad tampered-payload
    get /
    expect 401 bad_signature "$INVALID"

    title 'A token that says it needs no signature' 'Its header says "alg":"none". How a token is checked is not for the token to say.'
    with_token --bad alg-none
    get /
    expect 401 unsupported_algorithm "$INVALID"
}

walk_scopes() {
    title 'A missing scope' '/admin requires the scopes read and admin; the token was given read and write.'
    with_token
    get /admin
    expect 403 insufficient_scope "$INSUFFICIENT"

    title 'The same request with both scopes' 'A different token, and the request is let through.'
    with_token --claim 'scope=read admin'
    get /admin
    expect 200 '' ''
    same 'application'\''s view' $'subject  alice\nclient   app\nscope    read admin\nlocality ' "$body"
}

walk_theft() {
    local bound
    bound='cnf={"x5t#S256":"'$(thumbprint alice)'"}'

    title 'A token that is bound to a certificate' 'Its "cnf" holds the thumbprint of alice'\''s certificate, and alice shows that certificate.'
    with_token --claim "$bound"
    as_client alice
    get /
    expect 200 '' ''

    title 'The same token, stolen' 'Mallory has got hold of the token and shows a certificate of her own.'
    as_client mallory
    get /
    expect 401 confirmation_mismatch "$INVALID"

    title 'The same token, from somebody without a certificate' 'There is nothing to compare the thumbprint with.'
    as_client
    get /
    expect 401 certificate_missing "$INVALID"
}

walk_encryption() {
    title 'An encrypted token' 'The issuer has signed it and encrypted it to this API'\''s public key. /sealed takes no others.'
    with_token --encrypt $DECRYPTION_KEY
    get /sealed
    expect 200 '' ''
    same 'application'\''s view' $'subject  alice\nclient   app\nscope    read write\nlocality ' "$body"

    title 'A token that is only signed' 'It is good, and would be welcome elsewhere.'
    with_token
    get /sealed
    expect 401 malformed_token "$INVALID"

    title 'An encrypted token that nobody signed' 'Anyone can encrypt to a public key. What counts is the signature inside, and there is none.'
    with_token --encrypt $DECRYPTION_KEY --bad jwe-inner-unsigned
    get /sealed
    expect 401 unsupported_algorithm "$INVALID"
}

show_access_log() {
    printf '\n%sThe access log%s, build/demo/logs/access.log, has the reasons and the subjects as well:\n\n' "$bold" "$plain"
    sed 's/^/  /' "$WORK/logs/access.log"
    printf '\n%sAll %d answers were as announced.%s NGINX is stopped.\n' "$green" $number "$plain"
    printf '%s\n' 'To try requests of your own: ./build.sh demo --keep. To set up your own server: README.md.'
}

show_how_to_go_on() {
    cat <<END

${green}All $number answers were as announced.${plain} NGINX keeps running, as process $(cat "$WORK/nginx.pid").

Try more:
  TOKEN=\$(build/mint token $KEY --claim sub=bob)
  curl -i --cacert $CERTIFICATE -H "Authorization: Bearer \$TOKEN" https://127.0.0.1:$port/
  build/mint token --help                   the ways to make a token good or bad
  tail build/demo/logs/error.log            what NGINX says to it
  $nginx -p $WORK/ -c nginx.conf -s reload
                                            after a change of build/demo/nginx.conf
Stop it:
  kill \$(cat build/demo/nginx.pid)
END
}

command_line "$@"
need
make_work_folder
make_keys
as_client
trap clean_up EXIT
start
await_answer
introduce
walk_tokens
walk_forgeries
walk_scopes
walk_theft
walk_encryption
if [[ $keep == yes ]]; then
    trap - EXIT
    show_how_to_go_on
else
    clean_up
    show_access_log
fi
