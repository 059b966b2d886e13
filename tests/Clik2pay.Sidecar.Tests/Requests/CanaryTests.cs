using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Telemetry;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Endpoint;
using Clik2pay.Sidecar.Tokens.Refresh;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Clik2pay.Sidecar.Tests.Requests;

/// <summary>Random secrets go through all that the sidecar does, and then nothing that it has told anyone holds one of them, in no form.</summary>
[Collection(Alone.Name)]
public sealed class CanaryTests : IAsyncLifetime
{
    private const string Unauthorized = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno";

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly RandomSecrets secrets = new();
    private readonly RecordedTelemetry telemetry = new();
    private readonly ConcurrentQueue<string> logs = new();
    private readonly ConcurrentQueue<string> answers = new();
    private readonly ConcurrentQueue<string> pages = new();
    private readonly List<string> errors = [];
    private OtlpReceiver collector = null!;
    private readonly List<string> texts = [];

    /// <summary>Everything at its most talkative, also what is never to be turned on.</summary>
    private (string, string?)[] Settings =>
    [
        ("Logging:LogLevel:Default", "Trace"),
        ("Logging:LogLevel:Microsoft", "Trace"),
        ("Logging:LogLevel:System", "Trace"),
        ("Logging:LogLevel:Yarp", "Trace"),
        ("Logging:LogLevel:Yarp.ReverseProxy.Forwarder", "Trace"),
        ("Logging:LogLevel:Yarp.ReverseProxy.Forwarder.HttpForwarder", "Trace"),
        ("Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics", "Trace"),
        ("Logging:LogLevel:Microsoft.AspNetCore.Server.Kestrel.BadRequests", "Trace"),
        ("Clik2pay:Username", secrets.Username),
        ("Clik2pay:Password", secrets.Password),
        ("Clik2pay:ApiKey", secrets.ApiKey),
        ("Sidecar:CallerToken", secrets.CallerToken),
        ("Sidecar:MaxRequestBodyBytes", "5000"),
        ("Sidecar:AccessLog", "true"),
        .. collector.Settings(),
    ];

    public async ValueTask InitializeAsync() => collector = await OtlpReceiver.StartAsync();

    public async ValueTask DisposeAsync()
    {
        telemetry.Dispose();
        await collector.DisposeAsync();
    }

    [Lesson("a debug flag dumped headers and bodies: aws-sigv4-proxy, Secretless")]
    [Fact]
    public async Task No_secret_is_told_to_anyone_in_any_form_whatever_happens()
    {
        await ServeAndRefuseAsync();
        await MeetAnUpstreamThatStallsAsync();
        await MeetAnUpstreamThatIsAwayAsync();
        foreach (var fault in TokenEndpointFaults())
            await MeetATokenEndpointThatAsync(fault);
        await MeetATokenEndpointThatIsAwayAsync();
        await MeetATokenEndpointThatIsSlowAsync();
        ReadSettingsThatAreWrong();

        // None of these may pass by being empty.
        Assert.All(
            [
                "Credentials refused", "No access token", "rejected the access token with 401", "hardly what is wrong",
                "until a valid response arrives", "Microsoft.AspNetCore.Server.Kestrel.Connections", "scope ConnectionId:",
                "upstream's request id", "scope SpanId:",
            ],
            Logged);
        Assert.All(["Microsoft.AspNetCore: ", "Clik2pay.Sidecar: ", "Experimental.System.Net.Http.Connections: "], source => Assert.Contains(telemetry.Activities, text => text.StartsWith(source, StringComparison.Ordinal)));
        Assert.All(["clik2pay.sidecar.requests_rejected", "http.server.request.duration", "http.client.request.duration", "kestrel.connection.duration"], name => Assert.Contains(telemetry.Measurements, text => text.Contains($"/{name} ", StringComparison.Ordinal)));
        Assert.All(
            [
                "bad_request", "caller_refused", "credentials_refused", "no_route",
                "token_unavailable", "upstream_timeout", "upstream_unreachable",
            ],
            code => Assert.Contains(answers, text => text.Contains($"Clik2pay-Sidecar-Error: {code}\r\n", StringComparison.Ordinal)));
        Assert.All(["HTTP/1.1 200 ", "HTTP/1.1 302 ", "HTTP/1.1 401 ", "X-Kept: trailer"], text => Assert.Contains(answers, answer => answer.Contains(text, StringComparison.Ordinal)));
        Assert.All(["The sidecar is alive.", "A valid access token is held.", "refused the username or the password"], text => Assert.Contains(pages, page => page.Contains(text, StringComparison.Ordinal)));
        Assert.All(["Clik2pay:PasswordFile: ", "Clik2pay:Username: ", "Redis:ConnectionString: ", "Sidecar:CallerToken: "], key => Assert.Contains(errors, error => error.StartsWith(key, StringComparison.Ordinal)));
        Assert.Contains("credential set", texts);
        Assert.All(["clik2pay_sidecar_own_answers_total", "# EOF", "\"tokenEndpoint\"", "Last refreshes"], text => Assert.Contains(pages, page => page.Contains(text, StringComparison.Ordinal)));
        Assert.All(["wait for access token", "clik2pay.sidecar.token_refreshes", "GET /open/v1/{**rest}"], text => Assert.Contains(collector.Received, export => export.Body.Contains(text, StringComparison.Ordinal)));

        var search = new SecretSearch(secrets.All);
        var hits = new[] { ("log", logs), ("activity", telemetry.Activities), ("measurement", telemetry.Measurements), ("answer", answers), ("page", pages), ("export", collector.Received.Select(export => export.Body)), ("error", errors), ("text", (IEnumerable<string>)texts) }
            .SelectMany(sink => sink.Item2.SelectMany(search.Find).Select(hit => $"{sink.Item1}: {hit}")).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();

        Figures.Report($"canary: {search.Secrets} secrets in {search.Forms} forms, searched {logs.Count} log lines, {telemetry.Activities.Count} activities, {telemetry.MeasurementCount} measurements, {answers.Count} answers, {collector.Received.Count} exports, {pages.Count} admin pages, {errors.Count} errors in settings: {hits.Count} hits");
        Assert.Equal([], hits);

        void Logged(string text) => Assert.Contains(logs, line => line.Contains(text, StringComparison.Ordinal));
    }

    /// <summary>The sinks above do not overlook what is told in places other than a line of text.</summary>
    [Fact]
    public async Task What_is_told_in_a_scope_a_value_a_tag_or_baggage_would_be_seen()
    {
        var search = new SecretSearch(secrets.All);
        await UseAsync(async (sidecar, _) =>
        {
            var log = sidecar.Services.GetRequiredService<ILoggerFactory>().CreateLogger("canary");
            using (log.BeginScope(new Dictionary<string, object> { ["in scope"] = secrets.Password }))
#pragma warning disable CA1848, CA1873, CA2017 // What is told badly is the point.
                log.LogInformation(new InvalidOperationException("x") { Data = { ["in data"] = secrets.ApiKey } }, "{A}", (object)new[] { secrets.Username });
#pragma warning restore CA1848, CA1873, CA2017
            await AskAsync(sidecar, Request());
        });
        using (var source = new ActivitySource("canary"))
        using (var activity = source.StartActivity(secrets.Username))
        {
            activity!.SetTag("tag", secrets.Password).AddBaggage("baggage", secrets.ApiKey).AddEvent(new(secrets.CallerToken, tags: new() { ["tag"] = secrets.RedisPassword }));
            activity.TraceStateString = $"a={secrets.CallersCookie}";
        }

        using var meter = new Meter("canary");
        meter.CreateCounter<long>("canary").Add(1, new KeyValuePair<string, object?>("tag", secrets.Password));

        Assert.Equal(["API key: raw", "password: raw", "username: raw"], Raw(logs.Where(line => line.Contains("canary", StringComparison.Ordinal))));
        Assert.Equal(["API key: raw", "Redis password: raw", "caller token: raw", "caller's cookie: raw", "password: raw", "username: raw"], Raw(telemetry.Activities.Where(activity => activity.StartsWith("canary: ", StringComparison.Ordinal))));
        Assert.Equal(["password: raw"], Raw(telemetry.Measurements));

        IEnumerable<string> Raw(IEnumerable<string> sink) =>
            sink.SelectMany(search.Find).Where(hit => hit.EndsWith(": raw", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
    }

    private async Task ServeAndRefuseAsync() => await UseAsync(async (sidecar, upstream) =>
    {
        // 1. The first call waits for the first token. Then each method, also with a body in chunks.
        foreach (var method in (string[])["POST", "GET", "HEAD", "PUT", "PATCH", "DELETE"])
            await AskAsync(sidecar, Request(method));
        await AskAsync(sidecar, Request(body: "", more: "Transfer-Encoding: chunked\r\n") + $"{secrets.CallersBody.Length:x}\r\n{secrets.CallersBody}\r\n0\r\nX-Trailer: {secrets.CallersCookie}\r\n\r\n");
        await AskAsync(sidecar, Request(target: $"/elsewhere?payer={Uri.EscapeDataString(secrets.CallersQuery)}"));

        // 2. Upstream sends everything back that it got, redirects, answers nonsense, breaks off.
        foreach (var echo in Echoes(secrets.ApiKey).Concat(Echoes(secrets.Token(1))))
        {
            upstream.Answer = _ => $"HTTP/1.1 200 {echo}\r\nX-Echo: a {echo} b\r\nX-Kept: yes\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ndone\r\n0\r\nX-Trailer: {echo}\r\nX-Kept: trailer\r\n\r\n";
            await AskAsync(sidecar, Request());
            upstream.Answer = _ => $"HTTP/1.1 302 Found\r\nLocation: https://e.example/?key={echo}\r\nSet-Cookie: key={echo}\r\nContent-Length: 0\r\n\r\n";
            await AskAsync(sidecar, Request("GET", body: ""));
            foreach (var nonsense in new[] { "", $"{echo}\r\n\r\n", $"HTTP/1.1 abc {echo}\r\n\r\n", $"HTTP/1.1 200 OK\r\n{echo}\r\n\r\n", $"HTTP/1.1 200 OK\r\nX-A: \u001b{echo}\r\nContent-Length: 0\r\n\r\n", $"HTTP/1.1 200 OK\r\nContent-Length: {echo}\r\n\r\n", $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz{echo}\r\n", $"HTTP/1.1 200 OK\r\nX-Long: {new string('a', 70_000)}{echo}\r\nContent-Length: 0\r\n\r\n" })
            {
                upstream.Answer = _ => nonsense;
                await AskAsync(sidecar, Request());
            }
        }

        // 3. A 401 that a new token heals, and then one that none does.
        upstream.Answer = request => request["Authorization"].Single().EndsWith(secrets.Token(1), StringComparison.Ordinal) ? Unauthorized : WireUpstream.Ok;
        await AskAsync(sidecar, Request());
        Assert.Equal($"Bearer {secrets.Token(2)}", upstream.Received.Last()["Authorization"].Single());
        upstream.Answer = _ => Unauthorized;
        await AskAsync(sidecar, Request());
        await AskAsync(sidecar, Request("GET", body: ""));

        // 4. Nothing of this goes upstream.
        var served = upstream.Received.Count;
        foreach (var refused in Refused())
            await AskAsync(sidecar, refused);
        Assert.Equal(served, upstream.Received.Count);
    });

    private async Task MeetAnUpstreamThatStallsAsync() => await UseAsync(
        async (sidecar, upstream) =>
        {
            // It goes on to say that it has not answered yet, or has the caller wait for the rest.
            foreach (var beginning in new[] { "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", $"HTTP/1.1 200 OK\r\nX-Echo: {secrets.ApiKey}\r\nContent-Length: 10\r\n\r\n" })
            {
                upstream.Answer = _ => beginning;
                await AskAsync(sidecar, Request());
            }
        },
        [("ReverseProxy:Clusters:clik2pay:HttpRequest:ActivityTimeout", "00:00:00.500")]);

    private async Task MeetAnUpstreamThatIsAwayAsync() => await UseAsync(
        async (sidecar, _) => await AskAsync(sidecar, Request()),
        [("Clik2pay:ApiBaseUrl", ClosedAddress())]);

    private async Task MeetATokenEndpointThatAsync(RequestDelegate fault) => await UseAsync(
        async (sidecar, _) => await AskAsync(sidecar, Request()),
        arrange: endpoint => endpoint.Fault = fault);

    private async Task MeetATokenEndpointThatIsAwayAsync() => await UseAsync(
        async (sidecar, _) => await AskAsync(sidecar, Request()),
        [("Clik2pay:TokenEndpoint", $"{ClosedAddress()}/oauth2/token")]);

    private async Task MeetATokenEndpointThatIsSlowAsync()
    {
        var time = new FakeTimeProvider();
        var called = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await UseAsync(
            async (sidecar, _) =>
            {
                var answer = AskAsync(sidecar, Request());
                await called.Task;
                time.Advance(TokenEndpointClient.Timeout);
                await answer;
                await sidecar.Log.WaitForAsync("sent no response within");
            },
            arrange: endpoint => (endpoint.Gate, endpoint.Called) = (new TaskCompletionSource().Task, () => called.TrySetResult()),
            time: time);
    }

    /// <summary>Responses that hold what was sent to the token endpoint, or what it should have sent.</summary>
    private IEnumerable<RequestDelegate> TokenEndpointFaults()
    {
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{secrets.Username}:{secrets.Password}"));
        var told = $"{secrets.Username} {secrets.Password} {basic} {secrets.Token(90)}";
        foreach (var options in new[] { JsonSerializerOptions.Default, Relaxed })
        {
            foreach (var (status, error) in new[] { (400, "invalid_client"), (401, "invalid_client"), (403, "access_denied"), (400, "invalid_grant"), (400, secrets.Password), (429, "slow_down"), (500, secrets.Password) })
                yield return FakeTokenEndpoint.Answer(status, JsonSerializer.Serialize(new { error, error_description = told, __type = secrets.Password }, options), ("Retry-After", "2"), ("WWW-Authenticate", $"Basic {basic}"));
        }

        yield return FakeTokenEndpoint.Answer(401, told);
        yield return FakeTokenEndpoint.Answer(500, $"<html><body>{WebUtility.HtmlEncode(told)}</body></html>", ("Content-Type", "text/html"));
        yield return FakeTokenEndpoint.Answer(302, told, ("Location", $"https://{Uri.EscapeDataString(secrets.Username)}:{Uri.EscapeDataString(secrets.Password)}@e.example/?a={basic}"));
        yield return FakeTokenEndpoint.Answer(418, told, ("X-Echo", basic));
        yield return FakeTokenEndpoint.Answer(200, "");
        yield return FakeTokenEndpoint.Answer(200, $"{{\"access_token\":t{secrets.Token(91)}");
        yield return FakeTokenEndpoint.Answer(200, JsonSerializer.Serialize(secrets.Token(92)));
        yield return FakeTokenEndpoint.Answer(200, JsonSerializer.Serialize(new { access_token = secrets.Password, token_type = "Bearer" }));
        yield return FakeTokenEndpoint.Answer(200, JsonSerializer.Serialize(new { access_token = secrets.Token(93), token_type = secrets.Password }));
        yield return FakeTokenEndpoint.Answer(200, JsonSerializer.Serialize(new { access_token = secrets.Token(94), token_type = "Bearer", expires_in = secrets.Password }));
        yield return FakeTokenEndpoint.Answer(200, told + new string('a', TokenEndpointClient.MaxResponseLength));
        yield return async context =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync(told);
            context.Abort();
        };
        yield return context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
    }

    private void ReadSettingsThatAreWrong()
    {
        var good = TestSidecar.Defaults("http://127.0.0.1:1", new("http://127.0.0.1:1/token"));
        foreach (var (key, value) in Settings.Append(("Redis:ConnectionString", $"localhost:1,password={secrets.RedisPassword}")))
            good[key] = value;

        var read = Sidecar.Settings.TryRead(Build(good), out var none);
        Assert.Empty(none);
        texts.AddRange([$"{read}", $"{read!.Clik2pay}", $"{read.Clik2pay.Credentials}", $"{read.Sidecar}", $"{read.Redis}", $"{TokenKey.For(read.Clik2pay)}"]);
        texts.AddRange([$"{new IssuedToken(secrets.Token(1), TimeSpan.FromHours(1))}", $"{new AccessToken(secrets.Token(1), TimeSpan.FromHours(1), TimeSpan.FromHours(1), read.Clik2pay.Credentials)}", $"{RefreshResult.Fetched(new(secrets.Token(1), TimeSpan.FromHours(1), TimeSpan.FromHours(1), read.Clik2pay.Credentials))}"]);

        using var folder = new TemporaryFolder();
        (string Key, Func<string, string?> Spoil)[] wrong =
        [
            .. ((string[])["Clik2pay:Username", "Clik2pay:Password", "Clik2pay:ApiKey", "Sidecar:CallerToken", "Redis:ConnectionString"]).SelectMany(key => new (string, Func<string, string?>)[]
            {
                (key, secret => secret + "\u00e9"),
                (key, secret => secret + "\r\nx: y"),
                (key, _ => ""),
                (key + "File", secret => secret),
                (key + "File", secret => Path.Combine("secrets", secret)),
                (key + "File", secret => folder.Write("canary", secret + "\n\n")),
                (key + ":Value", secret => secret),
                (key + "s", secret => secret),
            }),
            ("Clik2pay:Username", user => $"{user}:{secrets.Password}"),
            ("Clik2pay:ApiKey", key => $" {key}"),
            ("Clik2pay:ApiBaseUrl", _ => $"http://{Uri.EscapeDataString(secrets.Username)}:{Uri.EscapeDataString(secrets.Password)}@127.0.0.1"),
            ("Clik2pay:TokenEndpoint", _ => $"http://{Uri.EscapeDataString(secrets.Username)}:{Uri.EscapeDataString(secrets.Password)}@auth.example/token"),
            ("Clik2pay:TokenEndpoint", _ => secrets.Password),
            .. new Func<string, string>[]
            {
                password => $"localhost:1,passwort={password}", password => $"localhost:1,{password}", password => password, password => $"{password},localhost", password => $"localhost,password={password},password={password}",
                password => $"localhost,user={password}", password => $"localhost,ssl={password}", password => $"localhost,defaultDatabase={password}", password => $"localhost,password={password},x", password => $"localhost:{password}",
                password => $"redis://:{password}@localhost", password => $"redis://{Uri.EscapeDataString(password)}@localhost", password => $"redis://:{Uri.EscapeDataString(password)}@localhost/x",
                password => $"redis://:{Uri.EscapeDataString(password)}@localhost/1?a={password}", password => $"redis://:{Uri.EscapeDataString(password)}@localhost,localhost", password => $"redis://localhost/{Uri.EscapeDataString(password)}",
            }.Select(spoil => ("Redis:ConnectionString", (Func<string, string?>)(_ => spoil(secrets.RedisPassword)))),
        ];
        foreach (var (key, spoil) in wrong)
        {
            var values = new Dictionary<string, string?>(good, StringComparer.OrdinalIgnoreCase);
            var whole = key.EndsWith("File", StringComparison.Ordinal) ? key[..^4] : key;
            values.Remove(whole, out var secret);
            values[key] = spoil(secret ?? secrets.Password);
            Sidecar.Settings.TryRead(Build(values), out var told);
            errors.AddRange(told);
        }

        static IConfigurationRoot Build(Dictionary<string, string?> values) => new ConfigurationBuilder().AddInMemoryCollection(values).Build();
    }

    /// <summary>A secret as an upstream could send it back in a header.</summary>
    private static IEnumerable<string> Echoes(string secret) => [secret, Uri.EscapeDataString(secret), string.Concat(secret.Select(c => $"%{(int)c:x2}"))];

    private IEnumerable<string> Refused()
    {
        // By the guard.
        yield return Request(host: "attacker.example");
        yield return Request(more: "Origin: https://attacker.example\r\n");
        yield return Request(more: "Sec-Fetch-Site: cross-site\r\n");
        yield return Request("TRACE", body: "");
        yield return Request("OPTIONS", body: "");
        yield return Request(target: $"/open/v1/../a?b={Uri.EscapeDataString(secrets.CallersQuery)}");
        yield return Request(target: $"http://localhost/open/v1/a?b={Uri.EscapeDataString(secrets.CallersQuery)}");
        yield return Request(target: $"/open/v1/a?b#{Uri.EscapeDataString(secrets.CallersQuery)}");
        yield return Request(more: "Upgrade: websocket\r\n");
        yield return Request(more: "Transfer-Encoding: chunked\r\n");
        yield return Request(more: "Transfer-Encoding: gzip, chunked\r\n", body: "") + "0\r\n\r\n";
        yield return Request(more: $"Transfer_Encoding: {secrets.CallersCookie}\r\n");
        yield return Request(more: $"X-A: \u0001{secrets.CallersCookie}\r\n");
        yield return Request(more: $"X[A]: {secrets.CallersCookie}\r\n");
        yield return Request(callerToken: null);
        yield return Request(callerToken: secrets.Password);
        yield return Request(callerToken: $"{secrets.CallerToken}x");
        yield return Request(more: $"Clik2pay-Sidecar-Token: {secrets.CallerToken}\r\n");

        // By the server.
        yield return Request(more: $"Authorization {secrets.CallersAuthorization}\r\n");
        yield return Request(more: $"{secrets.CallersApiKey}\r\n");
        yield return Request(more: $"X-A: a\r\n {secrets.CallersCookie}\r\n");
        yield return Request(more: $"X-A: {secrets.CallersCookie}\0\r\n");
        yield return Request(more: $"X-A: {secrets.CallersCookie}{new string('a', 40_000)}\r\n");
        yield return Request(more: $"Content-Length: {secrets.CallersCookie}\r\n");
        yield return Request(more: $"Host: {secrets.CallersCookie}\r\n");
        yield return Request(host: secrets.CallersCookie);
        yield return Request(target: $"/open/v1/a?b={secrets.CallersQuery}");
        yield return Request(target: $"/open/v1/a?{Uri.EscapeDataString(secrets.CallersQuery)}{new string('a', 9000)}");
        yield return Request(target: $"a?b={Uri.EscapeDataString(secrets.CallersQuery)}");
        yield return Request(target: $"/open/v1/%00?b={Uri.EscapeDataString(secrets.CallersQuery)}");
        yield return Request().Replace("HTTP/1.1", "HTTP/2.0", StringComparison.Ordinal);
        yield return Request().Replace("HTTP/1.1", secrets.CallersCookie, StringComparison.Ordinal);
        yield return Request().Replace("\r\n", "\n", StringComparison.Ordinal);
        yield return $"{secrets.CallersAuthorization}\r\n\r\n";
        yield return $"\u0016\u0003\u0001{secrets.CallersAuthorization}\r\n\r\n";
        yield return Request(body: secrets.CallersBody + new string('a', 6000));
        yield return Request(body: "", more: "Transfer-Encoding: chunked\r\n") + $"1800\r\n{secrets.CallersBody}{new string('a', 0x1800)}\r\n0\r\n\r\n";
        yield return Request(body: "", more: "Transfer-Encoding: chunked\r\n") + $"{secrets.CallersBody}\r\n0\r\n\r\n";
    }

    /// <summary>Asks for the connection's end, so that the answer is all that comes. The caller's own secrets are in all its parts.</summary>
    private string Request(string method = "POST", string? target = null, string host = "localhost", string? callerToken = "", string more = "", string? body = null)
    {
        target ??= $"/open/v1/payment-requests?payer={Uri.EscapeDataString(secrets.CallersQuery)}&again={WebUtility.UrlEncode(secrets.CallersQuery)}";
        body ??= JsonSerializer.Serialize(new { payer = secrets.CallersBody });
        var token = callerToken is null ? "" : $"Clik2pay-Sidecar-Token: {(callerToken.Length > 0 ? callerToken : secrets.CallerToken)}\r\n";
        var length = body.Length > 0 ? $"Content-Length: {body.Length}\r\n" : "";
        return $"{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nAuthorization: Bearer {secrets.CallersAuthorization}\r\nx-api-key: {secrets.CallersApiKey}\r\nCookie: session={secrets.CallersCookie}\r\n"
            + $"traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nbaggage: user={Uri.EscapeDataString(secrets.CallersBaggage)}\r\nCorrelation-Context: user={secrets.CallersBaggage}\r\n{token}{more}{length}\r\n{body}";
    }

    private async Task AskAsync(TestSidecar sidecar, string request) => answers.Enqueue(await ReadAsync(sidecar.Address, request));

    private static async Task<string> ReadAsync(Uri address, string request)
    {
        await using var connection = await RawConnection.OpenAsync(address);
        var answer = new StringBuilder();
        try
        {
            await connection.SendAsync(request);
            while (await connection.ReadSomeAsync() is { Length: > 0 } some)
                answer.Append(some);
        }
        catch (SocketException)
        {
            // What was refused before it was read ends in a reset.
        }

        return answer.ToString();
    }

    /// <summary>A sidecar for a while, and what it told in that time.</summary>
    private async Task UseAsync(Func<TestSidecar, WireUpstream, Task> useAsync, (string, string?)[]? settings = null, Action<FakeTokenEndpoint>? arrange = null, TimeProvider? time = null)
    {
        await using var upstream = new WireUpstream();
        await using var sidecar = await TestSidecar.StartAsync([("Clik2pay:ApiBaseUrl", upstream.Address), .. Settings, .. settings ?? []], time, endpoint =>
        {
            endpoint.TokenOf = secrets.Token;
            arrange?.Invoke(endpoint);
        });
        await useAsync(sidecar, upstream);

        foreach (var path in new[] { "/startupz", "/readyz", "/livez", "/", "/status", $"/metrics?a={Uri.EscapeDataString(secrets.CallersQuery)}" })
            pages.Enqueue(await ReadAsync(sidecar.Admin.BaseAddress!, Request("GET", target: path, body: "")));
        pages.Enqueue(await ReadAsync(sidecar.Admin.BaseAddress!, Request("GET", target: "/metrics", more: "Accept: application/openmetrics-text\r\n", body: "")));
        texts.AddRange([$"{sidecar.Services.GetRequiredService<AccessTokenSource>().Current}", $"{sidecar.Services.GetRequiredService<AccessTokenSource>().Status}", $"{sidecar.Services.GetRequiredService<Clik2payOptions>().Credentials}"]);
        telemetry.Observe();
        await sidecar.StopAsync();

        foreach (var (line, detail) in sidecar.Log.Lines.Zip(sidecar.Log.Details))
            logs.Enqueue($"{line.Category} {line.Text}\n{detail}");
    }

    private static string ClosedAddress()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        return $"http://{closed.LocalEndpoint}";
    }
}
