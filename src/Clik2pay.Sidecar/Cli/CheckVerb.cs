using System.Globalization;
using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Redis;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Cli;

/// <summary>The verb <c>check</c>: visits Redis, makes one token call, tells what it found in a line each, and ends.</summary>
internal static class CheckVerb
{
    public static async Task<int> RunAsync(IReadOnlyList<string> commandLine, TextWriter output, CancellationToken cancellationToken)
    {
        using var routes = RoutesFile.Find(Ambient.Time);
        var configuration = SidecarConfiguration.Load(routes, commandLine);
        if (Settings.TryRead(configuration, out var mistakes) is not { } settings)
        {
            foreach (var mistake in mistakes)
                await TellAsync("FAIL", "configuration", mistake);
            return ExitCode.BadConfiguration;
        }

        // Made, but neither started nor heard: that is enough to see whether its routes can be.
        await using var sidecar = Program.CreateSidecar(configuration, settings, services => services.AddLogging(logging => logging.ClearProviders()));
        var options = settings.Clik2pay;
        await TellAsync("ok", "configuration", $"{options.Environment}, {options.ApiBaseUrl}, routes of {routes.FullPath}");

        // The sidecar can do without Redis: the rest is worth knowing too.
        var redis = await CheckRedisAsync();
        var rest = await CheckTokenEndpointAsync();
        return redis != ExitCode.Success ? redis : rest;

        async Task<int> CheckRedisAsync()
        {
            if (settings.Redis is null)
            {
                await TellAsync("--", "Redis", "not configured: the access token stays in the process");
                return ExitCode.Success;
            }

            var visit = await sidecar.Services.GetRequiredService<RedisCheck>().RunAsync(cancellationToken);
            await TellAsync(visit.Failure is null ? "ok" : "FAIL", "Redis", visit.Failure is null ? $"{settings.Redis}" : $"{visit.Failure}: {visit.Reason}");
            return visit.Failure is null ? ExitCode.Success : ExitCode.RedisUnusable;
        }

        async Task<int> CheckTokenEndpointAsync()
        {
            var answer = await sidecar.Services.GetRequiredService<ITokenEndpoint>().RequestTokenAsync(options.Credentials, cancellationToken);
            if (answer.IsSuccess)
            {
                await TellAsync("ok", "token endpoint", $"{options.TokenEndpoint}");
                await TellAsync("ok", "credentials", string.Create(CultureInfo.InvariantCulture, $"username and password accepted, an access token lives {answer.Token.Lifetime.TotalSeconds:0} s; the API key is not tried"));
                return ExitCode.Success;
            }

            if (answer.Failure.Outcome != RefreshOutcome.Rejected)
            {
                await TellAsync("FAIL", "token endpoint", answer.Failure.Reason);
                return ExitCode.TokenEndpointUnreachable;
            }

            await TellAsync("ok", "token endpoint", $"{options.TokenEndpoint}");
            await TellAsync("FAIL", "credentials", answer.Failure.Reason);
            return ExitCode.CredentialsRefused;
        }

        Task TellAsync(string verdict, string what, string detail) => output.WriteLineAsync($"{verdict,-4}  {what,-14}  {detail}");
    }
}
