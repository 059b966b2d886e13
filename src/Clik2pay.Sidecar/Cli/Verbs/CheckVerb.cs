using System.Globalization;
using Clik2pay.Sidecar.Cli.Output;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Provider.Connections;
using Clik2pay.Sidecar.Redis;
using Clik2pay.Sidecar.Requests.Routes;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Endpoint;

namespace Clik2pay.Sidecar.Cli.Verbs;

/// <summary>
/// The verb <c>check</c>: uses Redis, makes one token call, connects to the API, and reports each result on its own line.
/// </summary>
internal sealed class CheckVerb(IServiceProvider sidecar, Settings settings, TextWriter output)
{
    public static async Task<int> RunAsync(IReadOnlyList<string> commandLine, TextWriter output, CancellationToken cancellationToken)
    {
        using var routes = RoutesFile.Find(SystemDefaults.Time);
        var configuration = SidecarConfiguration.Load(routes, commandLine);
        if (Settings.TryRead(configuration, out var errors) is not { } settings)
        {
            foreach (var error in errors)
                await ReportAsync(output, "FAIL", "configuration", error);
            return ExitCode.BadConfiguration;
        }

        // Creating the sidecar validates its routes. The sidecar is not started, and nothing is logged.
        await using var sidecar = Program.CreateSidecar(
            configuration, settings, services => services.AddLogging(logging => logging.ClearProviders()));
        var options = settings.Clik2pay;
        await ReportAsync(output, "ok", "configuration", $"{options.Environment}, {options.ApiBaseUrl}, routes of {routes.FullPath}");

        // Every check runs, even after one has failed.
        var check = new CheckVerb(sidecar.Services, settings, output);
        int[] results =
        [
            await check.CheckRedisAsync(cancellationToken),
            await check.CheckTokenEndpointAsync(cancellationToken),
            await check.CheckApiAsync(cancellationToken),
        ];
        return results.FirstOrDefault(result => result != ExitCode.Success, ExitCode.Success);
    }

    private async Task<int> CheckRedisAsync(CancellationToken cancellationToken)
    {
        if (settings.Redis is null)
        {
            await ReportAsync("--", "Redis", "not configured: the access token stays in the process");
            return ExitCode.Success;
        }

        var operation = await sidecar.GetRequiredService<RedisCheck>().RunAsync(cancellationToken);
        if (operation.Failure is null)
        {
            await ReportAsync("ok", "Redis", $"{settings.Redis}");
            return ExitCode.Success;
        }

        await ReportAsync("FAIL", "Redis", $"{operation.Failure}: {operation.Reason}");
        return ExitCode.RedisUnusable;
    }

    private async Task<int> CheckTokenEndpointAsync(CancellationToken cancellationToken)
    {
        var options = settings.Clik2pay;
        var result = await sidecar.GetRequiredService<ITokenEndpoint>().RequestTokenAsync(options.Credentials, cancellationToken);
        if (result.Failure is { Kind: not FailureKind.Refused, Reason: var reason })
        {
            await ReportAsync("FAIL", "token endpoint", reason);
            return ExitCode.TokenEndpointUnreachable;
        }

        if (result.Lifetime == TimeSpan.Zero)
        {
            await ReportAsync("FAIL", "token endpoint", $"{options.TokenEndpoint} responded with a token that has already expired");
            return ExitCode.TokenEndpointUnreachable;
        }

        await ReportAsync("ok", "token endpoint", $"{options.TokenEndpoint}");
        if (!result.IsSuccess)
        {
            await ReportAsync("FAIL", "credentials", result.Failure.Reason);
            return ExitCode.CredentialsRefused;
        }

        var seconds = result.Lifetime.Value.TotalSeconds;
        await ReportAsync("ok", "credentials", string.Create(
            CultureInfo.InvariantCulture,
            $"username and password accepted, the access token expires in {seconds:0} s; the API key is not verified"));
        return ExitCode.Success;
    }

    private async Task<int> CheckApiAsync(CancellationToken cancellationToken)
    {
        var address = settings.Clik2pay.ApiBaseUrl;
        var probe = sidecar.GetRequiredService<ApiProbe>();
        if (await probe.ConnectAsync(cancellationToken) is { } failure)
        {
            await ReportAsync("FAIL", "API", $"{address} {failure}");
            return ExitCode.ApiUnreachable;
        }

        await ReportAsync("ok", "API", probe.ConnectsOnlyTo is { } proxy
            ? $"{address}, connected to the proxy {proxy} only, because the API is plain http; nothing was sent"
            : $"{address}, connected; nothing was sent");
        return ExitCode.Success;
    }

    private Task ReportAsync(string result, string what, string detail) => ReportAsync(output, result, what, detail);

    private static Task ReportAsync(TextWriter output, string result, string what, string detail) =>
        output.WriteLineAsync($"{result,-4}  {what,-14}  {detail}");
}
