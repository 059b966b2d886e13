using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Endpoint;
using Clik2pay.Sidecar.Tokens.Refresh;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Clik2pay.Sidecar.Tests.Requests.Canary;

/// <summary>Random secrets pass through every part of the sidecar. The output of the sidecar contains none of them in any form.</summary>
[Collection(SerialTests.Name)]
public sealed class CanaryTests : IAsyncLifetime
{
    private const string Unauthorized = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno";

    private CanaryRig rig = null!;

    public async ValueTask InitializeAsync() => rig = await CanaryRig.StartAsync();

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Lesson("a debug flag dumped headers and bodies: aws-sigv4-proxy, Secretless")]
    [Fact]
    public async Task Logs_telemetry_responses_pages_and_errors_contain_no_secret_in_any_form()
    {
        await ServeAndRefuseAsync();
        await new NamedCallerCanary(rig).ServeAsync();
        await StallAsync();
        await SendOnceAsync([("Clik2pay:ApiBaseUrl", ClosedAddress())]);
        foreach (var fault in CanaryTokenEndpoint.Faults(rig.Secrets))
            await FailTokenCallAsync(fault);
        await SendOnceAsync([("Clik2pay:TokenEndpoint", $"{ClosedAddress()}/oauth2/token")]);
        await TimeOutTokenCallAsync();
        List<string> errors = [.. CanarySettings.FindErrors(rig.Secrets)];
        DescribeObjects();

        AssertComplete(errors);
        var search = new SecretSearch(rig.Secrets.All);
        (string Name, IEnumerable<string> Texts)[] sinks =
        [
            ("log", rig.Logs), ("activity", rig.Telemetry.Activities), ("measurement", rig.Telemetry.Measurements),
            ("response", rig.Responses), ("page", rig.Pages), ("export", rig.Exports), ("error", errors), ("text", rig.Texts),
        ];
        var hits = sinks.SelectMany(sink => sink.Texts.SelectMany(search.Find).Select(hit => $"{sink.Name}: {hit}"))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();

        Figures.Report($"canary: {search.Secrets} secrets in {search.Forms} forms, {hits.Count} hits");
        foreach (var (name, texts) in sinks)
            Figures.Report($"canary: searched {texts.Count()} texts of the kind {name}");
        Assert.Equal([], hits);
    }

    [Fact]
    public async Task A_secret_in_a_log_scope_a_log_value_a_tag_or_baggage_is_found()
    {
        var secrets = rig.Secrets;
        var search = new SecretSearch(secrets.All);
        await rig.UseAsync(async (sidecar, _) =>
        {
            var log = sidecar.Services.GetRequiredService<ILoggerFactory>().CreateLogger("canary");
            using (log.BeginScope(new Dictionary<string, object> { ["in scope"] = secrets.Password }))
            {
                var exception = new InvalidOperationException("x") { Data = { ["in data"] = secrets.ApiKey } };
#pragma warning disable CA1848, CA1873, CA2017 // This log call is wrong on purpose.
                log.LogInformation(exception, "{A}", (object)new[] { secrets.Username });
#pragma warning restore CA1848, CA1873, CA2017
            }

            await rig.SendAsync(sidecar, rig.Requests.Create());
        });
        using (var source = new ActivitySource("canary"))
        using (var activity = source.StartActivity(secrets.Username))
        {
            activity!.SetTag("tag", secrets.Password).AddBaggage("baggage", secrets.ApiKey)
                .AddEvent(new(secrets.CallerToken, tags: new() { ["tag"] = secrets.RedisPassword }));
            activity.TraceStateString = $"a={secrets.CallersCookie}";
        }

        using var meter = new Meter("canary");
        meter.CreateCounter<long>("canary").Add(1, new KeyValuePair<string, object?>("tag", secrets.Password));

        var logs = rig.Logs.Where(line => line.Contains("canary", StringComparison.Ordinal));
        var activities = rig.Telemetry.Activities.Where(text => text.StartsWith("canary: ", StringComparison.Ordinal));
        Assert.Equal(["API key: raw", "password: raw", "username: raw"], Raw(logs));
        Assert.Equal(
            ["API key: raw", "Redis password: raw", "caller token: raw", "caller's cookie: raw", "password: raw", "username: raw"],
            Raw(activities));
        Assert.Equal(["password: raw"], Raw(rig.Telemetry.Measurements));

        IEnumerable<string> Raw(IEnumerable<string> sink) => sink.SelectMany(search.Find)
            .Where(hit => hit.EndsWith(": raw", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
    }

    private async Task ServeAndRefuseAsync() => await rig.UseAsync(async (sidecar, upstream) =>
    {
        // 1. The first request waits for the first token. The others use each method, a chunked body, and a path without a route.
        string[] methods = ["POST", "GET", "HEAD", "PUT", "PATCH", "DELETE"];
        foreach (var method in methods)
            await rig.SendAsync(sidecar, rig.Requests.Create(method));
        await rig.SendAsync(sidecar, rig.Requests.CreateChunked());
        await rig.SendAsync(sidecar, rig.Requests.CreateWithoutRoute());

        // 2. The provider echoes what it received, redirects, sends invalid responses, and ends its connection early.
        foreach (var echo in Echoes(rig.Secrets.ApiKey).Concat(Echoes(rig.Secrets.Token(1))))
        {
            foreach (var response in Responses(echo))
            {
                upstream.Respond = _ => response;
                await rig.SendAsync(sidecar, rig.Requests.Create());
            }
        }

        // 3. The provider rejects a token, then its successor too.
        upstream.Respond = request => request["Authorization"].Single().EndsWith(rig.Secrets.Token(1), StringComparison.Ordinal)
            ? Unauthorized
            : WireUpstream.Ok;
        await rig.SendAsync(sidecar, rig.Requests.Create());
        Assert.Equal($"Bearer {rig.Secrets.Token(2)}", upstream.Received.Last()["Authorization"].Single());
        upstream.Respond = _ => Unauthorized;
        await rig.SendAsync(sidecar, rig.Requests.Create());
        await rig.SendAsync(sidecar, rig.Requests.Create("GET", body: ""));

        // 4. Refused requests are not forwarded.
        var served = upstream.Received.Count;
        foreach (var refused in rig.Requests.CreateRefused())
            await rig.SendAsync(sidecar, refused);
        Assert.Equal(served, upstream.Received.Count);
    });

    /// <summary>The provider does not complete its response within the request timeout.</summary>
    private async Task StallAsync() => await rig.UseAsync(
        async (sidecar, upstream) =>
        {
            string[] beginnings =
            [
                "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
                $"HTTP/1.1 200 OK\r\nX-Echo: {rig.Secrets.ApiKey}\r\nContent-Length: 10\r\n\r\n",
            ];
            foreach (var beginning in beginnings)
            {
                upstream.Respond = _ => beginning;
                await rig.SendAsync(sidecar, rig.Requests.Create());
            }
        },
        [("ReverseProxy:Clusters:clik2pay:HttpRequest:ActivityTimeout", "00:00:00.500")]);

    private async Task SendOnceAsync((string, string?)[] settings) =>
        await rig.UseAsync(async (sidecar, _) => await rig.SendAsync(sidecar, rig.Requests.Create()), settings);

    private async Task FailTokenCallAsync(RequestDelegate fault) => await rig.UseAsync(
        async (sidecar, _) => await rig.SendAsync(sidecar, rig.Requests.Create()), arrange: endpoint => endpoint.Fault = fault);

    private async Task TimeOutTokenCallAsync()
    {
        var time = new FakeTimeProvider();
        var called = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await rig.UseAsync(
            async (sidecar, _) =>
            {
                var response = rig.SendAsync(sidecar, rig.Requests.Create());
                await called.Task;
                time.Advance(TokenEndpointClient.Timeout);
                await response;
                await sidecar.Log.WaitForAsync("sent no response within");
            },
            arrange: endpoint => (endpoint.Gate, endpoint.Called) = (new TaskCompletionSource().Task, () => called.TrySetResult()),
            time: time);
    }

    private void DescribeObjects()
    {
        var read = Settings.TryRead(CanarySettings.Build(CanarySettings.CreateValid(rig.Secrets)), out var errors);
        Assert.Empty(errors);
        var clik2pay = read!.Profiles[0];
        var token = new AccessToken(rig.Secrets.Token(1), TimeSpan.FromHours(1), TimeSpan.FromHours(1), clik2pay.Credentials);
        rig.Texts.AddRange(
        [
            $"{read}", $"{clik2pay}", $"{clik2pay.Credentials}", $"{read.Callers}", $"{read.Redis}", $"{TokenKey.For(clik2pay)}",
            $"{TokenEndpointResult.Issued(rig.Secrets.Token(1), TimeSpan.FromHours(1))}", $"{token}", $"{RefreshResult.Fetched(token)}",
        ]);
    }

    /// <summary>Asserts that each sink has recorded the texts that the requests cause. Otherwise, the search would prove nothing.</summary>
    private void AssertComplete(List<string> errors)
    {
        AssertContain(
            rig.Logs, "Credentials refused", "No access token", "rejected the access token with 401", "unlikely to be the cause",
            "until a valid response arrives", "Microsoft.AspNetCore.Server.Kestrel.Connections", "scope ConnectionId:",
            "upstream request id", "scope SpanId:");
        string[] sources = ["Microsoft.AspNetCore: ", "Clik2pay.Sidecar: ", "Experimental.System.Net.Http.Connections: "];
        Assert.All(sources, source =>
            Assert.Contains(rig.Telemetry.Activities, text => text.StartsWith(source, StringComparison.Ordinal)));
        AssertContain(
            rig.Telemetry.Measurements, "/clik2pay.sidecar.requests_rejected ", "/http.server.request.duration ",
            "/http.client.request.duration ", "/kestrel.connection.duration ");
        string[] codes =
        [
            "bad_request", "caller_refused", "credentials_refused", "no_route", "operation_not_allowed", "token_unavailable",
            "upstream_timeout", "upstream_unreachable",
        ];
        AssertContain(rig.Responses, [.. codes.Select(code => $"Clik2pay-Sidecar-Error: {code}\r\n")]);
        AssertContain(rig.Responses, "\"error\":\"invalid_client\"", "\"error\":\"unsupported_grant_type\"");
        AssertContain(rig.Responses, "HTTP/1.1 200 ", "HTTP/1.1 302 ", "HTTP/1.1 401 ", "X-Kept: trailer");
        AssertContain(
            rig.Pages, "The sidecar is alive.", "There is a valid access token.", "refused the username or the password",
            "clik2pay_sidecar_own_answers_total", "# EOF", "\"tokenEndpoint\"", "Last refreshes");
        string[] keys =
            ["Clik2pay:PasswordFile", "Clik2pay:Username", "Redis:ConnectionString", "Sidecar:CallerToken", "Callers:app:TokenFiles"];
        Assert.All(keys, key => Assert.Contains(errors, error => error.StartsWith($"{key}: ", StringComparison.Ordinal)));
        Assert.Contains("credential set", rig.Texts);
        AssertContain(rig.Exports, "wait for access token", "clik2pay.sidecar.token_refreshes", "GET /open/v1/{**rest}");
    }

    private static void AssertContain(IEnumerable<string> sink, params string[] texts) =>
        Assert.All(texts, text => Assert.Contains(sink, line => line.Contains(text, StringComparison.Ordinal)));

    /// <summary>A secret in the forms in which a provider may echo it in a header.</summary>
    private static IEnumerable<string> Echoes(string secret) =>
        [secret, Uri.EscapeDataString(secret), string.Concat(secret.Select(c => $"%{(int)c:x2}"))];

    private static IEnumerable<string> Responses(string echo) =>
    [
        $"HTTP/1.1 200 {echo}\r\nX-Echo: a {echo} b\r\nX-Kept: yes\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ndone\r\n0\r\n"
            + $"X-Trailer: {echo}\r\nX-Kept: trailer\r\n\r\n",
        $"HTTP/1.1 302 Found\r\nLocation: https://e.example/?key={echo}\r\nSet-Cookie: key={echo}\r\nContent-Length: 0\r\n\r\n",
        "",
        $"{echo}\r\n\r\n",
        $"HTTP/1.1 abc {echo}\r\n\r\n",
        $"HTTP/1.1 200 OK\r\n{echo}\r\n\r\n",
        $"HTTP/1.1 200 OK\r\nX-A: \u001b{echo}\r\nContent-Length: 0\r\n\r\n",
        $"HTTP/1.1 200 OK\r\nContent-Length: {echo}\r\n\r\n",
        $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz{echo}\r\n",
        $"HTTP/1.1 200 OK\r\nX-Long: {new string('a', 70_000)}{echo}\r\nContent-Length: 0\r\n\r\n",
    ];

    private static string ClosedAddress()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        return $"http://{closed.LocalEndpoint}";
    }
}
