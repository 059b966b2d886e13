<?php
// Creates a payment request through the sidecar, reads it, and prints its id and status. README.md lists the exit codes.

/** The request may have been carried out. */
class Uncertain extends Exception {}

/** The request was not carried out. The code is the provider's status, or 0 if the provider did not respond. */
class Refused extends Exception {}

function fail(int $exitCode, string $message): never
{
    fwrite(STDERR, "$message\n");
    exit($exitCode);
}

/**
 * Returns the payment request.
 * @throws Refused|Uncertain
 */
function call(string $method, string $path, ?array $body = null): array
{
    global $base, $headers;
    static $sidecar = null;
    $sidecar ??= curl_init();
    for ($giveUp = time() + 60; ; sleep($wait)) {
        $of = [];
        curl_reset($sidecar); // keeps the connection
        curl_setopt_array($sidecar, [
            CURLOPT_URL => $base . $path, CURLOPT_CUSTOMREQUEST => $method, CURLOPT_HTTPHEADER => $headers, CURLOPT_RETURNTRANSFER => true,
            CURLOPT_TIMEOUT => 70, CURLOPT_PROXY => '',
            CURLOPT_FRESH_CONNECT => $method !== 'GET', // if a reused connection breaks, libcurl sends the request again by itself
            CURLOPT_HEADERFUNCTION => function ($_, string $line) use (&$of): int {
                [$name, $value] = explode(':', $line, 2) + [1 => ''];
                $of[strtolower($name)] = trim($value);
                return strlen($line);
            },
        ] + ($body === null ? [] : [CURLOPT_POSTFIELDS => json_encode($body)]));
        $text = curl_exec($sidecar);
        $status = curl_getinfo($sidecar, CURLINFO_RESPONSE_CODE);
        if ($text !== false) {
            $fields = json_decode($text, true);
            if ($status >= 200 && $status < 300 && is_array($fields) && is_string($fields['id'] ?? null)
                && preg_match('/^[A-Za-z0-9._-]+$/D', $fields['id'])) {
                return $fields;
            }
            $code = $of['clik2pay-sidecar-error'] ?? null;
            $notProcessed = in_array($code, ['token_unavailable', 'credentials_refused'], true)
                || ($code !== null && $status >= 500 && ($fields['sent'] ?? null) === 'no');
            $message = "$status " . ($code ?? 'of the provider') . ": $text";
        } else {
            $code = 'no connection';
            $notProcessed = in_array(curl_errno($sidecar), [CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT], true);
            $message = curl_error($sidecar);
        }
        if (!$notProcessed && ($text === false || $status >= 500 || $status < 300)) {
            throw new Uncertain($message);
        }
        $wait = preg_match('/^[0-9]{1,4}$/D', $of['retry-after'] ?? '') ? max((int) $of['retry-after'], 1) : 5;
        if (!$notProcessed || time() + $wait >= $giveUp) {
            throw new Refused($message, $code === null ? $status : 0);
        }
        fwrite(STDERR, "not processed ($code), again in $wait s\n");
    }
}

set_exception_handler(fn (Throwable $e) => fail(1, $e->getMessage()));
$order = $argv[1] ?? '';
if ($argc !== 2 || !preg_match('/^[A-Za-z0-9._-]{6,32}$/D', $order)) {
    fail(2, "Usage: php pay.php ORDER (6 to 32 letters, digits, '.', '_' or '-')");
}
$base = getenv('CLIK2PAY_BASE_URL') ?: 'http://127.0.0.1:8080';
if (!preg_match('~^http://[A-Za-z0-9.:[\]-]+$~D', $base)) {
    fail(2, 'CLIK2PAY_BASE_URL must be http://HOST:PORT');
}
$headers = ['Content-Type: application/json'];
if ($file = getenv('CLIK2PAY_CALLER_TOKEN_FILE')) {
    $token = trim((string) @file_get_contents($file));
    if (!preg_match('/^[!-~]+$/D', $token)) {
        fail(2, 'CLIK2PAY_CALLER_TOKEN_FILE must name a file that contains one token');
    }
    $headers[] = "Clik2pay-Sidecar-Token: $token";
}
$payer = ['name' => 'A. Payer', 'email' => 'a@example.com'];
$new = ['amount' => 12.5, 'type' => 'ECOMM', 'merchantTransactionId' => $order, 'payer' => $payer];
try {
    $created = call('POST', '/open/v1/payment-requests', $new);
} catch (Uncertain $e) {
    fwrite(STDERR, $e->getMessage() . "\n");
    sleep(5);
    try {
        $created = call('POST', '/open/v1/payment-requests', $new); // cannot create a second payment request
    } catch (Refused | Uncertain $e) {
        fwrite(STDERR, $e->getMessage() . "\n");
        if (in_array($e->getCode(), [400, 409, 422], true)) {
            fail(3, "$order: may exist: the provider refused the second create; check a webhook or the portal before you create it again");
        }
        fail(1, "$order: outcome unknown; run the program again later with the same order number");
    }
}
$id = $created['id']; // store it together with the order
$read = call('GET', "/open/v1/payment-requests/$id");
echo "{$read['id']} ", $read['status'] ?? '', "\n";
