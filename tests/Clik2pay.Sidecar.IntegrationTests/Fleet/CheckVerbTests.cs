using Clik2pay.Sidecar.Cli.Output;
using Clik2pay.Sidecar.IntegrationTests.Support.Network;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet;

/// <summary>The verb <c>check</c> as a process, with different states of Redis.</summary>
[Collection(OneByOne.Name)]
public sealed class CheckVerbTests
{
    [Fact]
    public async Task Check_reports_the_cause_of_each_Redis_error_and_no_secret()
    {
        using var certificates = new TestCertificates("redis.example", isForLoopback: false);
        await using var redis = await RedisProcess.StartAsync(
            new() { Endpoints = [], Login = new() { Password = "right" } }, ["requirepass right", "user limited on >limited +get ~*"]);
        await using var tls = await RedisProcess.StartAsync(
            new() { Endpoints = [], Tls = true, TlsHost = "redis.example", CaFile = certificates.AuthorityFile }, certificates.Settings);
        await using var gone = await RedisProcess.StartAsync();
        await gone.KillAsync();
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();

        await ExpectAsync(ExitCode.Success, $"{redis.Endpoint},password=right", $"ok    Redis           {redis.Endpoint}");
        await ExpectAsync(ExitCode.Success, $"redis://:right@{redis.Endpoint}/2", "database 2");
        await ExpectAsync(
            ExitCode.Success, $"{tls.Endpoint},ssl=true,sslHost=redis.example", "TLS", ("Redis:CaFile", certificates.AuthorityFile));
        await ExpectAsync(
            ExitCode.RedisUnusable,
            $"{gone.Endpoint}",
            $"FAIL  Redis           Unreachable: {gone.Endpoint} could not be reached: the connection was refused");
        await ExpectAsync(
            ExitCode.RedisUnusable,
            "redis.invalid:6379",
            "Unreachable: redis.invalid:6379 could not be reached: its name does not resolve");
        await ExpectAsync(
            ExitCode.RedisUnusable,
            $"{redis.Endpoint},password=wrong",
            $"AccessDenied: {redis.Endpoint} refuses the user or the password");
        await ExpectAsync(ExitCode.RedisUnusable, $"{redis.Endpoint}", $"AccessDenied: {redis.Endpoint} requires a password");
        await ExpectAsync(
            ExitCode.RedisUnusable,
            $"{redis.Endpoint},user=limited,password=limited",
            $"AccessDenied: {redis.Endpoint} does not allow the user");
        await ExpectAsync(
            ExitCode.RedisUnusable,
            $"{tls.Endpoint},ssl=true",
            $"TlsFailed: {tls.Endpoint} is not trusted: its certificate does not match the host name",
            ("Redis:CaFile", certificates.AuthorityFile));
        await ExpectAsync(
            ExitCode.RedisUnusable,
            $"{redis.Endpoint},ssl=true,password=right",
            $"TlsFailed: {redis.Endpoint} did not complete the TLS handshake");
        await ExpectAsync(ExitCode.RedisUnusable, $"{tls.Endpoint}", "Check whether it requires TLS");
        await ExpectAsync(
            ExitCode.BadConfiguration, $"{redis.Endpoint},passwort=right", "Redis:ConnectionString: unknown option at position 2");

        async Task ExpectAsync(int exitCode, string connectionString, string text, params (string Key, string? Value)[] settings)
        {
            var environment = TestSidecar.Defaults(upstream.Address, tokenEndpoint.Address);
            environment["Redis:ConnectionString"] = connectionString;
            foreach (var (key, value) in settings)
                environment[key] = value;

            // The program has its own routes, in proxy.json.
            var variables = environment.Where(pair => !pair.Key.StartsWith("ReverseProxy:", StringComparison.Ordinal))
                .ToDictionary(pair => pair.Key.Replace(":", "__", StringComparison.Ordinal), pair => pair.Value!, StringComparer.Ordinal);
            var (code, output) = await SidecarProcess.RunAsync(variables, "check");

            Assert.Equal((exitCode, output), (code, output));
            Assert.Contains(text, output, StringComparison.Ordinal);
            foreach (var secret in new[] { "=right", ":right", "=wrong", "=limited", Secrets.Password })
                Assert.DoesNotContain(secret, output, StringComparison.Ordinal);
        }
    }
}
