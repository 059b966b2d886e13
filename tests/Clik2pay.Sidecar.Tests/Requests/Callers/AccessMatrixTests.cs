using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Requests.Callers;

/// <summary>Caller × profile × operation × way of choosing the profile.</summary>
public sealed class AccessMatrixTests : IAsyncLifetime
{
    private ProfilesRig rig = null!;

    public async ValueTask InitializeAsync() => rig = await ProfilesRig.StartAsync(
        AccessMatrix.Callers.Where(caller => caller.Name != AccessMatrix.Unrecognized)
            .Select(caller => (caller.Name, string.Join(';', caller.Profiles), caller.Operations)));

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task An_allowed_request_has_the_credentials_of_its_profile_and_nothing_of_any_other_request_is_sent()
    {
        var (rows, accepted, failures) = (0, 0, new List<string>());
        foreach (var caller in AccessMatrix.Callers)
        {
            foreach (var way in AccessMatrix.Ways)
            {
                foreach (var (method, target, needs) in AccessMatrix.Requests)
                {
                    var expected = AccessMatrix.Expect(caller, way, needs);
                    var found = await SendAsync(way, caller.Name, method, target);
                    rows++;
                    accepted += expected.Profile is null ? 0 : 1;
                    var row = $"{caller.Name}, {way.Listener}, {way.Header ?? "no header"}: {method} {target}";
                    if (found != Describe(expected, method, target))
                        failures.Add($"{row}: {found} instead of {Describe(expected, method, target)}");
                }
            }
        }

        Assert.Empty(failures);
        Assert.InRange(rows, 300, int.MaxValue);
        Assert.InRange(accepted, 100, rows - 100);
        Assert.Equal(accepted, rig.Upstream.Received.Count);
        Assert.Equal(accepted, rig.Sidecar.Metrics.Sum("clik2pay.sidecar.caller_requests", "allowed"));
    }

    [Theory]
    [InlineData("X-HTTP-Method-Override: DELETE", "", "operation_not_allowed")]
    [InlineData("x_http_method: DELETE", "", "operation_not_allowed")]
    [InlineData("X-Original-URL: /open/v1/payments", "", "operation_not_allowed")]
    [InlineData("X-Original: /open/v1/payments", "", null)]
    [InlineData("Accept: */*", "?_method=DELETE", "operation_not_allowed")]
    [InlineData("Accept: */*", "?a=1&%5FMethod=DELETE", "operation_not_allowed")]
    [InlineData("Accept: */*", "?method=DELETE", null)]
    public async Task A_header_or_parameter_that_can_change_the_operation_is_refused(string header, string query, string? code)
    {
        var target = $"/open/v1/payment-requests{query}";

        var found = await SendAsync(AccessMatrix.Ways[0], "agent", "POST", target, $"{header}\r\n");

        Assert.Equal(Describe((code is null ? "shop" : null, code), "POST", target), found);
    }

    private static string Describe((string? Profile, string? Code) expected, string method, string target) =>
        expected.Profile is { } profile
            ? $"{method} {target} HTTP/1.1, {ProfilesRig.KeyOf(profile)}, {ProfilesRig.BearerOf(profile)}"
            : $"{expected.Code}, 0 bytes";

    /// <returns>What the upstream received, or the error code and the number of bytes that it received.</returns>
    private async Task<string> SendAsync(
        (string Listener, string? Fixed, string? Header) way, string caller, string method, string target, string more = "")
    {
        var (bytes, count) = (rig.Upstream.BytesSeen, rig.Upstream.Received.Count);
        var token = caller == AccessMatrix.Unrecognized ? "" : $"Clik2pay-Sidecar-Token: {ProfilesRig.TokenOf(caller)}\r\n";
        var profile = way.Header is null ? "" : $"Clik2pay-Sidecar-Profile: {way.Header}\r\n";
        var body = method is "GET" or "HEAD" ? "\r\n" : "Content-Length: 2\r\n\r\n{}";
        await using var connection = await RawConnection.OpenAsync(rig.Sidecar.AddressOf(way.Listener));
        await connection.SendAsync(
            $"{method} {target} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer of-the-app\r\n{token}{profile}{more}{body}");
        var response = await connection.ReadResponseAsync(hasBody: method != "HEAD");
        if (response["Clik2pay-Sidecar-Error"] is [var code])
            return $"{code}, {rig.Upstream.BytesSeen - bytes} bytes";

        var received = rig.Upstream.Received.Skip(count).Single();
        return $"{received.StartLine}, {received["x-api-key"].Single()}, {received["Authorization"].Single()}";
    }
}
