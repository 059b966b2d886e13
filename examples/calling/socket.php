<?php
// Creates a payment request through a sidecar that listens on a Unix socket and requires a caller token. Prints the response.

$token = trim(file_get_contents('/tmp/clik2pay/caller-token'));
$sidecar = curl_init('http://localhost/open/v1/payment-requests');
curl_setopt_array($sidecar, [
    CURLOPT_UNIX_SOCKET_PATH => '/tmp/clik2pay/sidecar.sock',
    CURLOPT_HTTPHEADER => ['Content-Type: application/json', "Clik2pay-Sidecar-Token: $token"],
    CURLOPT_POSTFIELDS => '{"amount":12.5,"type":"ECOMM","payer":{"name":"A. Payer","email":"a@example.com"}}',
    CURLOPT_TIMEOUT => 70,
]);
curl_exec($sidecar);
