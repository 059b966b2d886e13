using System.Globalization;
using Clik2pay.Sidecar.Cli.Output;
using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Provider.Connections;
using Clik2pay.Sidecar.Redis;
using Clik2pay.Sidecar.Requests.Routes;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Cli.Verbs;

/// <summary>
/// The verb <c>check</c>: uses Redis, makes one token call, connects to the API, and reports each result on its own line.
/// </summary>
internal sealed class CheckVerb(IServiceProvider sidecar, Settings settings, TextWriter output)
{
    private string prefix = "";

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
        var profiles = sidecar.Services.GetRequiredService<Profiles>();
        var addresses = profiles.All.Select(profile => $"{Prefix(profiles, profile)}{profile.Options.Environment}, {profile.ApiAddress}/");
        await ReportAsync(output, "ok", "configuration", $"{string.Join("; ", addresses)}, routes of {routes.FullPath}");

        // Every check runs, even after one has failed.
        var check = new CheckVerb(sidecar.Services, settings, output);
        var results = new List<int> { await check.CheckRedisAsync(profiles.All[0], cancellationToken) };
        foreach (var profile in profiles.All)
        {
            check.prefix = Prefix(profiles, profile);
            results.Add(await check.CheckTokenEndpointAsync(profile, cancellationToken));
            results.Add(await check.CheckApiAsync(profile, cancellationToken));
        }

        return results.Find(result => result != ExitCode.Success);
    }

    /// <summary>With several profiles, each result names its profile.</summary>
    private static string Prefix(Profiles profiles, Profile profile) => profiles.All.Count == 1 ? "" : $"[{profile}] ";

    private async Task<int> CheckRedisAsync(Profile profile, CancellationToken cancellationToken)
    {
        if (settings.Redis is null)
        {
            await ReportAsync("--", "Redis", "not configured: the access token stays in the process");
            return ExitCode.Success;
        }

        var operation = await sidecar.GetRequiredService<RedisCheck>().RunAsync(profile.Tokens.Key, cancellationToken);
        if (operation.Failure is null)
        {
            await ReportAsync("ok", "Redis", $"{settings.Redis}");
            return ExitCode.Success;
        }

        await ReportAsync("FAIL", "Redis", $"{operation.Failure}: {operation.Reason}");
        return ExitCode.RedisUnusable;
    }

    private async Task<int> CheckTokenEndpointAsync(Profile profile, CancellationToken cancellationToken)
    {
        var options = profile.Options;
        var result = await profile.TokenEndpoint.RequestTokenAsync(options.Credentials, cancellationToken);
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

    private async Task<int> CheckApiAsync(Profile profile, CancellationToken cancellationToken)
    {
        var address = profile.Options.ApiBaseUrl;
        var probe = new ApiProbe(profile.Connections, profile.Options);
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

    private Task ReportAsync(string result, string what, string detail) => ReportAsync(output, result, what, prefix + detail);

    private static Task ReportAsync(TextWriter output, string result, string what, string detail) =>
        output.WriteLineAsync($"{result,-4}  {what,-14}  {detail}");
}
