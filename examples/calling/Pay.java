// Creates a payment request through the sidecar, reads it, and prints its id and status. README.md lists the exit codes.
import java.io.IOException;
import java.net.*;
import java.net.http.*;
import java.nio.file.*;
import java.time.*;
import java.util.*;
import java.util.regex.Pattern;

class Pay {
    static final HttpClient SIDECAR = HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .proxy(HttpClient.Builder.NO_PROXY)
        .build();
    static String base, token;

    /** The request was not carried out. The status is the provider's, or 0 if the provider did not respond. */
    static class Refused extends Exception {
        final int status;

        Refused(String message, int status) {
            super(message);
            this.status = status;
        }
    }

    /** Returns the payment request. Throws Refused if the request was not carried out, and IOException if it may have been. */
    static String call(String method, String path, String body) throws IOException, InterruptedException, Refused {
        var request = HttpRequest.newBuilder(URI.create(base + path))
            .timeout(Duration.ofSeconds(70))
            .header("Content-Type", "application/json")
            .method(method, body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (token != null) request.header("Clik2pay-Sidecar-Token", token);
        for (var giveUp = Instant.now().plusSeconds(60); ; ) {
            var status = 0;
            String code, message, retryAfter = "";
            boolean notProcessed;
            try {
                var response = SIDECAR.send(request.build(), HttpResponse.BodyHandlers.ofString());
                status = response.statusCode();
                if (status / 100 == 2 && field(response.body(), "id") != null) return response.body();
                code = response.headers().firstValue("Clik2pay-Sidecar-Error").orElse(null);
                retryAfter = response.headers().firstValue("Retry-After").orElse("");
                notProcessed = code != null
                    && (Set.of("token_unavailable", "credentials_refused").contains(code)
                        || status >= 500 && response.body().contains("\"sent\":\"no\""));
                message = status + " " + Objects.requireNonNullElse(code, "of the provider") + ": " + response.body();
            } catch (ConnectException e) { // the connection was refused, or the name was not resolved
                notProcessed = true;
                code = "no connection";
                message = e.toString();
            }
            if (!notProcessed && (status >= 500 || status < 300)) throw new IOException(message);
            var wait = retryAfter.matches("[0-9]{1,4}") ? Math.max(Integer.parseInt(retryAfter), 1) : 5;
            if (!notProcessed || !Instant.now().plusSeconds(wait).isBefore(giveUp)) throw new Refused(message, code == null ? status : 0);
            System.err.printf("not processed (%s), again in %d s%n", code, wait);
            Thread.sleep(wait * 1000L);
        }
    }

    static String create(String order) throws IOException, InterruptedException, Refused {
        // The order number contains no characters that JSON requires to be escaped.
        var body = """
            {"amount":12.5,"type":"ECOMM","merchantTransactionId":"%s","payer":{"name":"A. Payer","email":"a@example.com"}}"""
            .formatted(order);
        try {
            return call("POST", "/open/v1/payment-requests", body);
        } catch (IOException e) {
            System.err.println(e);
        }
        Thread.sleep(5000);
        try {
            return call("POST", "/open/v1/payment-requests", body); // cannot create a second payment request
        } catch (IOException e) {
            System.err.println(e);
        } catch (Refused e) {
            System.err.println(e.getMessage());
            if (Set.of(400, 409, 422).contains(e.status))
                fail(3, order + ": may exist: the provider refused the second create; "
                    + "check a webhook or the portal before you create it again");
        }
        throw new IllegalStateException(order + ": outcome unknown; run the program again later with the same order number");
    }

    /** Returns null if there is no such field, or if its value has characters that do not belong in an id or a status. */
    static String field(String json, String name) {
        var match = Pattern.compile("\"" + name + "\"\\s*:\\s*\"([A-Za-z0-9._-]+)\"").matcher(json);
        return match.find() ? match.group(1) : null;
    }

    static void fail(int exitCode, String message) {
        System.err.println(message);
        System.exit(exitCode);
    }

    static String setting(String name) {
        return Optional.ofNullable(System.getenv(name)).orElse("");
    }

    static String readToken(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException | InvalidPathException e) {
            return "";
        }
    }

    public static void main(String[] args) {
        if (args.length != 1 || !args[0].matches("[A-Za-z0-9._-]{6,32}"))
            fail(2, "Usage: java Pay.java ORDER (6 to 32 letters, digits, '.', '_' or '-')");
        base = setting("CLIK2PAY_BASE_URL").isEmpty() ? "http://127.0.0.1:8080" : setting("CLIK2PAY_BASE_URL");
        if (!base.matches("http://[A-Za-z0-9.:\\[\\]-]+")) fail(2, "CLIK2PAY_BASE_URL must be http://HOST:PORT");
        var tokenFile = setting("CLIK2PAY_CALLER_TOKEN_FILE");
        if (!tokenFile.isEmpty()) token = readToken(tokenFile);
        if (token != null && !token.matches("[!-~]+")) fail(2, "CLIK2PAY_CALLER_TOKEN_FILE must name a file that contains one token");
        try {
            var id = field(create(args[0]), "id"); // store it together with the order
            var read = call("GET", "/open/v1/payment-requests/" + id, null);
            System.out.println(field(read, "id") + " " + field(read, "status"));
        } catch (IOException e) {
            fail(1, e.toString()); // the messages of some network errors are empty
        } catch (Exception e) {
            fail(1, e.getMessage());
        }
    }
}
