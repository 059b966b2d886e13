<?php
// Receives Clik2pay's webhooks, confirms each event through the sidecar, and records each paid payment request once.
// README.md lists the settings.

const RESOURCES = ['payment-request', 'refund', 'payment'];
const FINAL_STATUSES = ['FAILED', 'CANCELLED', 'ACCEPTED', 'PAID', 'SETTLED', 'REFUNDED'];
// In order of progress. A status never replaces a later one, and an unknown status never replaces a known one.
const STATUSES = ['CREATED', 'SCHEDULED', 'READY', 'ACTIVE', ...FINAL_STATUSES];
const UUID = '/\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\z/i';
const LARGEST_BODY = 64 * 1024;
const MOST_EVENTS = 20;
const SECONDS_FOR_READS = 8;

class InvalidEvent extends Exception
{
}

/** Returns a name from an event, without the characters that could forge a log line. */
function loggable(mixed $name): string
{
    return is_string($name) ? preg_replace('/[^A-Za-z0-9-]/', '?', substr($name, 0, 40)) : '?';
}

/** Returns the arguments for handle(), or null if the resource type is unknown. */
function parse(mixed $event): ?array
{
    if (!is_object($event)) {
        throw new InvalidEvent('Refused an event that is not an object');
    }
    $eventType = $event->eventType ?? null;
    $type = $event->resourceType ?? null;
    $names = loggable($eventType) . ' of ' . loggable($type);
    if (!in_array($type, RESOURCES, true)) {
        error_log("Skipped an event of an unknown resource type: $names");
        return null;
    }
    $id = $event->resource->id ?? null;
    $status = $event->resource->status ?? null;
    // The ID becomes part of a path, so it must be a UUID.
    if (!is_string($id) || !preg_match(UUID, $id)) {
        throw new InvalidEvent("Refused an event without a valid ID: $names");
    }
    if ($type === 'payment-request') {
        return [$type, $id, null, in_array($eventType, ['PAYMENT-COMPLETED', 'PAYMENT-FAILED'], true)];
    }
    if (!is_string($status)) {
        throw new InvalidEvent("Refused an event without a status: $names");
    }
    return [$type, $id, $status, false];
}

function read(string $id, float $deadline): object
{
    $headers = [];
    if ($file = getenv('CLIK2PAY_CALLER_TOKEN_FILE')) {
        $headers[] = 'Clik2pay-Sidecar-Token: ' . trim(file_get_contents($file));
    }
    $sidecar = curl_init(sidecar() . "/open/v1/payment-requests/$id");
    curl_setopt_array($sidecar, [
        CURLOPT_HTTPHEADER => $headers, CURLOPT_RETURNTRANSFER => true, CURLOPT_PROXY => '',
        CURLOPT_TIMEOUT_MS => max(1, (int) (1000 * ($deadline - microtime(true)))),
    ]);
    $body = curl_exec($sidecar);
    $status = curl_getinfo($sidecar, CURLINFO_RESPONSE_CODE);
    if ($body === false || $status !== 200) {
        throw new RuntimeException("The response for payment request $id is " . ($body === false ? curl_error($sidecar) : $status));
    }
    $current = json_decode($body);
    if (strtolower($current->id ?? '') !== strtolower($id) || !is_string($current->status ?? null)) {
        throw new RuntimeException("The response for payment request $id has another ID or no status");
    }
    return $current;
}

function sidecar(): string
{
    $sidecar = getenv('CLIK2PAY_BASE_URL') ?: 'http://127.0.0.1:8080';
    if (!str_starts_with($sidecar, 'http://')) {
        throw new RuntimeException('CLIK2PAY_BASE_URL must start with http://.');
    }
    return rtrim($sidecar, '/');
}

function handle(PDO $database, float $deadline, string $type, string $id, ?string $status, bool $mustBeFinal): void
{
    $order = null;
    if ($type === 'payment-request') {
        $current = read($id, $deadline);
        $status = $current->status;
        $order = $current->merchantTransactionId ?? null;
        if ($mustBeFinal && !in_array($status, FINAL_STATUSES, true)) {
            throw new RuntimeException("Payment request $id has a completed or failed payment, but its status is $status");
        }
    }
    record($database, $type, strtolower($id), $status, $order);
}

function record(PDO $database, string $type, string $id, string $status, ?string $order): void
{
    $progress = array_flip(STATUSES)[$status] ?? -1;
    $fulfilled = 0;
    $database->exec('BEGIN IMMEDIATE');
    try {
        $statement = $database->prepare(
            'INSERT INTO resources VALUES (?, ?, ?, ?) ON CONFLICT (type, id) DO UPDATE'
            . ' SET status = excluded.status, progress = excluded.progress WHERE excluded.progress > progress'
        );
        $statement->execute([$type, $id, $status, $progress]);
        if ($type === 'payment-request' && in_array($status, ['PAID', 'SETTLED'], true)) {
            $statement = $database->prepare('INSERT OR IGNORE INTO fulfillments VALUES (?, ?)');
            $statement->execute([$id, $order]);
            $fulfilled = $statement->rowCount();
        }
        $database->exec('COMMIT'); // The status and the fulfillment are now on disk.
    } catch (Throwable $error) {
        $database->exec('ROLLBACK');
        throw $error;
    }
    if ($fulfilled) {
        file_put_contents('php://stdout', "fulfilled $id " . ($order ?? '-') . "\n");
    }
}

function receive(): int
{
    sidecar(); // The settings must be valid before the first event arrives.
    $user = (string) getenv('WEBHOOK_USER');
    $password = (string) getenv('WEBHOOK_PASSWORD');
    if ($user === '' || $password === '') {
        throw new RuntimeException('Set WEBHOOK_USER and WEBHOOK_PASSWORD.');
    }
    if (!hash_equals("$user:$password", ($_SERVER['PHP_AUTH_USER'] ?? '') . ':' . ($_SERVER['PHP_AUTH_PW'] ?? ''))) {
        header('WWW-Authenticate: Basic');
        return 401;
    }
    if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
        return 405;
    }
    $body = file_get_contents('php://input', length: LARGEST_BODY + 1);
    if (strlen($body) > LARGEST_BODY) {
        return 413;
    }
    $parsed = json_decode($body);
    $events = is_array($parsed) ? $parsed : [$parsed];
    if (count($events) > MOST_EVENTS) {
        return 413;
    }
    $database = new PDO('sqlite:webhooks.db', options: [PDO::ATTR_TIMEOUT => 5]);
    $database->exec(
        'CREATE TABLE IF NOT EXISTS resources (type TEXT, id TEXT, status TEXT, progress INTEGER, PRIMARY KEY (type, id))'
    );
    $database->exec('CREATE TABLE IF NOT EXISTS fulfillments (id TEXT PRIMARY KEY, merchant_transaction_id TEXT)');
    $result = 200;
    $handled = [null];
    $deadline = microtime(true) + SECONDS_FOR_READS;
    foreach ($events as $event) {
        try {
            $hint = parse($event);
            if (!in_array($hint, $handled, true)) {
                $handled[] = $hint;
                handle($database, $deadline, ...$hint);
            }
        } catch (InvalidEvent $error) {
            error_log($error->getMessage());
            $result = max($result, 400);
        } catch (Throwable $error) {
            error_log($error->getMessage());
            $result = 503; // The provider sends the events again.
        }
    }
    return $result;
}

http_response_code(503); // The response if an error ends the program.
$result = receive();
if ($result !== 200) {
    error_log("Responded with $result");
}
http_response_code($result);
