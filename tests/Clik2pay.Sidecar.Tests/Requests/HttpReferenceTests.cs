using System.Globalization;
using Clik2pay.Sidecar.Hosting.Listeners;
using Clik2pay.Sidecar.Provider.Connections;
using Clik2pay.Sidecar.Requests.Headers;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Telemetry;
using Clik2pay.Sidecar.Tests.Requests.Connections;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Control;
using Clik2pay.Sidecar.Tokens.Endpoint;
using Clik2pay.Sidecar.Tokens.Refresh;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using static Clik2pay.Sidecar.Tests.Support.ReferencePage;

namespace Clik2pay.Sidecar.Tests.Requests;

/// <summary>The tables in docs/reference/http.md match the code.</summary>
public sealed class HttpReferenceTests
{
    private static readonly ReferencePage Page = new("http.md");

    /// <summary>The sidecar changes none of the server's limits except for the body and the time for the headers.</summary>
    private static readonly KestrelServerLimits Server = new();

    [Fact]
    public void The_table_of_removed_headers_has_each_header_that_is_stripped_with_its_similar_spellings()
    {
        var documented = Page.CellsOf("Removed from requests").Where(row => row[1] == "similar spellings")
            .SelectMany(row => CodeIn(row[0]));

        Assert.Equal(CredentialHeaders.Names.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_table_of_removed_headers_has_the_prefix_that_is_reserved()
    {
        var row = Assert.Single(Page.CellsOf("Removed from requests"), row => row[0].EndsWith("…`", StringComparison.Ordinal));
        var prefix = row[0].Trim('`', '…');

        Assert.True(SidecarHeaders.IsReserved(prefix));
        Assert.False(SidecarHeaders.IsReserved(prefix[..^1]));
    }

    [Fact]
    public void The_table_of_refused_requests_has_each_reason_of_the_metric_and_no_other()
    {
        var reasons = Page.CellsOf("Refused requests").SelectMany(row => CodeIn(row[2])).ToHashSet(StringComparer.Ordinal);

        Assert.Equal(
            Enum.GetValues<RefusalReason>().Select(reason => reason.ToSnakeCase()).Order(StringComparer.Ordinal),
            reasons.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_table_of_refused_requests_has_each_status_with_its_reason()
    {
        var rows = Page.CellsOf("Refused requests").SelectMany(row => CodeIn(row[2]).Select(reason => $"{StatusOf(row[1])} {reason}"))
            .ToHashSet(StringComparer.Ordinal);

        Assert.All(
            RefusalTableTests.Refused.Select(row => $"{row.Data.Item2} {row.Data.Item4}"), refusal => Assert.Contains(refusal, rows));
    }

    [Fact]
    public void The_table_of_limits_has_the_values_of_the_code()
    {
        AssertValue("Limits", "request line", KibiBytes(Server.MaxRequestLineSize));
        AssertValue("Limits", "request headers in total", KibiBytes(Server.MaxRequestHeadersTotalSize));
        AssertValue("Limits", "request header lines", Number(Server.MaxRequestHeaderCount));
        AssertValue("Limits", "request body", DefaultOf(nameof(ListenerOptions.MaxRequestBodyBytes)) + " bytes");
        AssertValue("Limits", "token response", KibiBytes(TokenEndpointClient.MaxResponseLength));
        AssertValue("Limits", "access token", KibiBytes(AccessToken.MaxLength));
        AssertValue("Limits", "connections from callers", DefaultOf(nameof(ListenerOptions.MaxConnections)));
    }

    [Fact]
    public void The_table_of_timeouts_has_the_values_of_the_code()
    {
        AssertValue("Timeouts", "body of a request: grace period", Seconds(Server.MinRequestBodyDataRate!.GracePeriod));
        AssertValue("Timeouts", "response: grace period", Seconds(Server.MinResponseDataRate!.GracePeriod));
        AssertValue("Timeouts", "idle connection from a caller", Seconds(Server.KeepAliveTimeout));
        AssertValue("Timeouts", "wait for an access token", Seconds(AccessTokenSource.WaitTimeout));
        AssertValue("Timeouts", "wait for the successor", Seconds(AccessTokenSource.SuspectTimeout));
        AssertValue("Timeouts", "connection to Clik2pay's API", Seconds(ProviderConnections.ApiConnectTimeout));
        AssertValue("Timeouts", "connection to the token endpoint", Seconds(ProviderConnections.TokenEndpointConnectTimeout));
        AssertValue("Timeouts", "token call", Seconds(TokenEndpointClient.Timeout));
        Assert.Contains(
            $"at most once in {Seconds(RefreshSchedule.ForcedRefreshFloor)}",
            string.Join(' ', Page.SectionOf("Timeouts")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_minimum_rates_of_bodies_are_those_of_the_server()
    {
        var rows = Page.CellsOf("Timeouts").Where(row => row[0].Contains("grace period", StringComparison.Ordinal)).ToList();

        double[] rates = [Server.MinRequestBodyDataRate!.BytesPerSecond, Server.MinResponseDataRate!.BytesPerSecond];

        Assert.Equal(rates.Length, rows.Count);
        Assert.All(rows.Zip(rates), row => Assert.Contains($"{Number(row.Second)} bytes/s", row.First[0], StringComparison.Ordinal));
    }

    private static void AssertValue(string heading, string start, string expected)
    {
        var row = Assert.Single(Page.CellsOf(heading), row => row[0].StartsWith(start, StringComparison.Ordinal));
        Assert.Equal(expected, row[1]);
    }

    private static string DefaultOf(string property) =>
        Settings.All.Single(setting => setting.Property.DeclaringType == typeof(ListenerOptions) && setting.Property.Name == property)
            .Setting.Default!;

    private static string KibiBytes(int bytes) => $"{Number(bytes / 1024)} KiB";

    private static string Seconds(TimeSpan time) => $"{Number(time.TotalSeconds)} s";

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>The status code at the beginning of a cell.</summary>
    private static string StatusOf(string cell) => cell[..3];
}
