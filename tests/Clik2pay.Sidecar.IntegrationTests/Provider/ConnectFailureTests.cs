using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Clik2pay.Sidecar.Cli.Output;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Provider;

/// <summary>Failures to establish a connection to the API and to the token endpoint, for requests and for the verb <c>check</c>.</summary>
public sealed class ConnectFailureTests
{
    private const int ApiConnectTimeout = 10;
    private const int TokenEndpointConnectTimeout = 5;

    private readonly ConcurrentQueue<string> errors = new();

    [Lesson("no connection was established, and callers got 504: dotnet/yarp#1628, dotnet/runtime#78070")]
    [Fact]
    public async Task Without_a_connection_the_response_reports_the_cause_and_that_nothing_was_sent()
    {
        await using var servers = await FailingServers.StartAsync();

        await Task.WhenAll(servers.Failures.SelectMany(
            failure => (Task[])[CheckApiAsync(servers, failure), CheckTokenEndpointAsync(servers, failure)]));

        Assert.True(errors.IsEmpty, string.Join(System.Environment.NewLine, errors));
        Assert.Equal(0, servers.Requests);
    }

    private static Dictionary<string, string> Environment(
        FailingServers servers,
        ConnectFailure failure,
        FakeTokenEndpoint tokenEndpoint,
        params IEnumerable<(string, string)> settings)
    {
        var environment = SidecarProcess.Environment(
            "http://127.0.0.1",
            tokenEndpoint,
            [.. servers.Network.Settings, ("Clik2pay:CaFile", servers.AuthorityFile), .. settings]);
        foreach (var name in (string[])["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"])
            environment[name] = environment[name.ToLowerInvariant()] = name == "HTTPS_PROXY" ? failure.Proxy : "";
        return environment;
    }

    private async Task CheckApiAsync(FailingServers servers, ConnectFailure failure)
    {
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync(servers.Network.Host);
        var environment = Environment(servers, failure, tokenEndpoint, ("Clik2pay:ApiBaseUrl", failure.Address));
        var expected = failure.Explain(ApiConnectTimeout);
        await using var program = SidecarProcess.StartBy(servers.Network.Command, environment, "run");

        var checking = SidecarProcess.RunByAsync(servers.Network.Command, environment, "check");
        await ExpectProblemAsync(failure, program, HttpStatusCode.BadGateway, "upstream_unreachable", expected);
        ExpectCheck(failure, await checking, ExitCode.ApiUnreachable, $"FAIL  API             {failure.Address}/ {expected}");
    }

    private async Task CheckTokenEndpointAsync(FailingServers servers, ConnectFailure failure)
    {
        await using var upstream = await RecordingUpstream.StartAsync(servers.Network.Host);
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync(servers.Network.Host);
        var environment = Environment(
            servers,
            failure,
            tokenEndpoint,
            ("Clik2pay:ApiBaseUrl", upstream.Address),
            ("Clik2pay:TokenEndpoint", $"{failure.Address}/oauth2/token"));
        var expected = failure.Explain(TokenEndpointConnectTimeout);
        await using var program = SidecarProcess.StartBy(servers.Network.Command, environment, "run");

        var checking = SidecarProcess.RunByAsync(servers.Network.Command, environment, "check");
        await ExpectProblemAsync(failure, program, HttpStatusCode.ServiceUnavailable, "token_unavailable", expected);
        ExpectCheck(
            failure,
            await checking,
            ExitCode.TokenEndpointUnreachable,
            $"FAIL  token endpoint  the token endpoint {failure.Address}/oauth2/token {expected}");
        Assert.Empty(upstream.Received);
    }

    private async Task ExpectProblemAsync(
        ConnectFailure failure, SidecarProcess program, HttpStatusCode status, string code, string detail)
    {
        using var caller = await program.WaitForCallerAsync();
        using var response = await caller.PostAsync(
            "/open/v1/payment-requests", new StringContent("{}"), TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync();
        var problem = JsonDocument.Parse(text).RootElement;

        Expect(response.StatusCode == status, failure, $"the status is {response.StatusCode}, not {status}");
        Expect(problem.GetProperty("code").GetString() == code, failure, text);
        Expect(problem.GetProperty("sent").GetString() == "no", failure, text);
        Expect(problem.GetProperty("detail").GetString()!.Contains(detail, StringComparison.Ordinal), failure, text);
        Expect(!(text + program.Text()).Contains("secret", StringComparison.Ordinal), failure, "the response or log contains a secret");
    }

    private void ExpectCheck(ConnectFailure failure, (int ExitCode, string Output) check, int exitCode, string line)
    {
        Expect(check.ExitCode == exitCode, failure, $"the exit code is {check.ExitCode}, not {exitCode}");
        Expect(check.Output.Contains(line, StringComparison.Ordinal), failure, check.Output);
        Expect(!check.Output.Contains("secret", StringComparison.Ordinal), failure, "the output contains a secret");
    }

    private void Expect(bool isTrue, ConnectFailure failure, string error)
    {
        if (!isTrue)
            errors.Enqueue($"{failure.Name}: {error}");
    }
}
