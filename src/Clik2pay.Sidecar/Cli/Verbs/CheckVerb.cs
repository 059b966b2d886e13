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
/// The verb <c>check</c>: uses Redis, makes one token call for each profile, connects to its API, and reports each result on its own line.
/// With several profiles, the lines about a profile begin with its name in brackets.
/// </summary>
internal sealed class CheckVerb(IServiceProvider sidecar, Settings settings, TextWriter output, string prefix = "")
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
        var profiles = sidecar.Services.GetRequiredService<Profiles>().All;
        await ReportConfigurationAsync(output, profiles, routes);

        // Every check runs, even after one has failed. Profiles are checked at the same time, because each can wait for a timeout.
        var checks = profiles
            .Select(profile => CheckProfileAsync(sidecar.Services, settings, profile, profiles, cancellationToken))
            .ToList();
        var results = new List<int>
        {
            await new CheckVerb(sidecar.Services, settings, output).CheckRedisAsync(profiles[0], cancellationToken),
        };
        foreach (var check in checks)
        {
            var (exitCode, lines) = await check;
            results.Add(exitCode);
            await output.WriteAsync(lines);
        }

        return results.Find(result => result != ExitCode.Success);
    }

    private static async Task ReportConfigurationAsync(TextWriter output, IReadOnlyList<Profile> profiles, RoutesFile routes)
    {
        if (profiles is [var one])
        {
            await ReportAsync(output, "ok", "configuration", $"{Describe(one)}, routes of {routes.FullPath}");
            return;
        }

        await ReportAsync(output, "ok", "configuration", $"{profiles.Count} profiles, routes of {routes.FullPath}");
        foreach (var profile in profiles)
            await ReportAsync(output, "ok", "configuration", Prefix(profile, profiles) + Describe(profile));

        static string Describe(Profile profile) => $"{profile.Options.Environment}, {profile.ApiAddress}/";
    }

    /// <returns>The exit code of the first check that failed, and the lines.</returns>
    private static async Task<(int ExitCode, string Lines)> CheckProfileAsync(
        IServiceProvider sidecar,
        Settings settings,
        Profile profile,
        IReadOnlyList<Profile> profiles,
        CancellationToken cancellationToken)
    {
        using var lines = new StringWriter();
        var check = new CheckVerb(sidecar, settings, lines, Prefix(profile, profiles));
        var tokenEndpoint = await check.CheckTokenEndpointAsync(profile, cancellationToken);
        var api = await check.CheckApiAsync(profile, cancellationToken);
        return (tokenEndpoint == ExitCode.Success ? api : tokenEndpoint, $"{lines}");
    }

    /// <summary>The name of the profile in brackets, padded to the longest name. Empty for the only profile.</summary>
    private static string Prefix(Profile profile, IReadOnlyList<Profile> profiles) => profiles.Count == 1
        ? ""
        : $"[{profile}]".PadRight(profiles.Max(other => other.Name.Length) + "[] ".Length);

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
