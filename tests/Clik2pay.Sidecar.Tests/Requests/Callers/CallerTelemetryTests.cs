using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Clik2pay.Sidecar.Tests.Telemetry;

namespace Clik2pay.Sidecar.Tests.Requests.Callers;

/// <summary>Metrics, access log and spans name the profile, the caller and the operation.</summary>
[Collection(SerialTests.Name)]
public sealed class CallerTelemetryTests
{
    private const string Counter = "clik2pay.sidecar.caller_requests";

    private static readonly string[] Operations = ["create", "read", "cancel", "refund", "pay", "other"];

    [Fact]
    public async Task The_counter_starts_at_0_with_the_profiles_of_each_caller_and_does_not_exist_without_callers()
    {
        await using var rig = await ProfilesRig.StartAsync([("agent", "shop", "create"), ("books", "default;other", "read")]);
        await using var without = await TestSidecar.StartAsync();

        string[] pairs = ["shop,agent", "none,agent", "default,books", "other,books", "none,books", "none,none"];
        var expected =
            from pair in pairs
            from operation in Operations
            select ($"{pair},{operation},{(pair.StartsWith("none,", StringComparison.Ordinal) ? "refused" : "allowed")}", 0d);
        Assert.Equal(expected.Order(), rig.Sidecar.Metrics.All(Counter).Order());
        Assert.Empty(without.Metrics.All(Counter));
    }

    [Fact]
    public async Task Each_request_of_a_caller_is_counted_once()
    {
        await using var rig = await ProfilesRig.StartAsync([("agent", "shop", "create"), ("books", "default;other", "read")]);

        await SendAsync(rig.Sidecar, "POST /open/v1/payment-requests", "agent");
        await SendAsync(rig.Sidecar, "POST /open/v1/payment-requests/1/refunds", "agent");
        await SendAsync(rig.Sidecar, "GET /open/v1/payment-requests/1", "books", "other");
        await SendAsync(rig.Sidecar, "GET /open/v1/payment-requests/1", "books", "shop");
        await SendAsync(rig.Sidecar, "DELETE /open/v1/a", "somebody");

        string[] counted =
        [
            "none,agent,refund,refused", "none,books,read,refused", "none,none,other,refused", "other,books,read,allowed",
            "shop,agent,create,allowed",
        ];
        Assert.Equal(
            counted.Select(tags => (tags, 1d)),
            rig.Sidecar.Metrics.All(Counter).Where(series => series.Value > 0).Order());
    }

    [Fact]
    public async Task The_access_log_names_profile_caller_and_operation()
    {
        await using var rig = await ProfilesRig.StartAsync([("agent", "shop", "create")], ("Sidecar:AccessLog", "true"));

        await SendAsync(rig.Sidecar, "POST /open/v1/payment-requests", "agent");
        await SendAsync(rig.Sidecar, "POST /open/v1/payments", "agent");
        await SendAsync(rig.Sidecar, "POST /open/v1/payments", "somebody");

        await rig.Sidecar.Log.WaitForAsync("sent -, profile shop, caller agent, operation create.");
        await rig.Sidecar.Log.WaitForAsync("error operation_not_allowed, sent no, profile -, caller agent, operation pay.");
        await rig.Sidecar.Log.WaitForAsync("error caller_refused, sent no, profile -, caller -, operation pay.");
    }

    [Fact]
    public async Task The_access_log_without_callers_names_only_the_profile()
    {
        await using var sidecar = await TestSidecar.StartAsync([("Sidecar:AccessLog", "true")]);

        await sidecar.Caller.GetAsync("/open/v1/payment-requests");

        await sidecar.Log.WaitForAsync("sent -, profile default, caller -, operation -.");
    }

    [Fact]
    public async Task The_span_of_a_request_names_profile_caller_and_operation()
    {
        using var folder = new TemporaryFolder();
        await using var rig = await TraceRig.StartAsync();
        await using var program = rig.Run(
            ("Callers:agent:TokenFiles", folder.Write("token", ProfilesRig.TokenOf("agent"))), ("Callers:agent:Operations", "read"));
        var address = await program.WaitForAddressAsync();

        await RawConnection.ExchangeAsync(address, Request("GET /open/v1/a", "agent"));

        var attributes = (await rig.WaitForServerSpanAsync()).Attributes;
        Assert.Equal("default", attributes["clik2pay.sidecar.profile"]);
        Assert.Equal("agent", attributes["clik2pay.sidecar.caller"]);
        Assert.Equal("read", attributes["clik2pay.sidecar.operation"]);
    }

    private static Task<string> SendAsync(TestSidecar sidecar, string request, string caller, string? profile = null) =>
        RawConnection.ExchangeAsync(sidecar.Address, Request(request, caller, profile));

    private static string Request(string request, string caller, string? profile = null)
    {
        var header = profile is null ? "" : $"Clik2pay-Sidecar-Profile: {profile}\r\n";
        var length = request.StartsWith("POST ", StringComparison.Ordinal) ? "Content-Length: 0\r\n" : "";
        return $"{request} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + $"Clik2pay-Sidecar-Token: {ProfilesRig.TokenOf(caller)}\r\n{header}{length}\r\n";
    }
}
