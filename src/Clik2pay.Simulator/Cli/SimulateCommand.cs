using System.CommandLine;
using System.CommandLine.Parsing;
using Clik2pay.Simulator.Options;

namespace Clik2pay.Simulator.Cli;

/// <summary>
/// The options of the simulator's command line. The sidecar's verb <c>simulate</c> and the tool <c>clik2pay-simulator</c> have the same
/// options.
/// </summary>
public static class SimulateCommand
{
    public const string Description = "Starts only the simulator of the provider's two APIs, without a sidecar.";

    /// <summary>What to do when the simulator cannot listen on its address.</summary>
    public const string AddressRemedy = "Choose a free address with --urls.";

    /// <summary>Adds the options and the action to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="quote">Quotes an argument in an error, or describes it if the argument may be a secret.</param>
    /// <param name="parseAddress">Returns a listen address in its usual form; null if the text isn't a valid one.</param>
    /// <param name="run">Runs the simulator and returns the exit code.</param>
    public static void Configure(
        Command command,
        Func<string, string> quote,
        Func<string, string?> parseAddress,
        Func<SimulatorOptions, CancellationToken, Task<int>> run)
    {
        var url = Urls(quote, parseAddress);
        var environment = Environment(quote);
        var assume = Assume(quote);
        var webhook = Text("--webhook", "URL", "Where to send webhooks: an http or https address. Off by default.");
        var user = Text("--webhook-user", "USER", "The username that webhooks send (Basic authentication).");
        var password = Text("--webhook-password", "PASSWORD", "The password that webhooks send. Do not use a real one.");
        foreach (var option in (Option[])[url, environment, assume, webhook, user, password])
            command.Add(option);

        command.Validators.Add(result =>
        {
            // The parser reports an option without a value, or with two.
            var given = ((Option[])[webhook, user, password]).Select(result.GetResult).OfType<OptionResult>().ToList();
            if (given.Exists(option => option.Tokens.Count != 1))
                return;

            if (given.Count is 1 or 2)
                result.AddError("--webhook, --webhook-user and --webhook-password: set all three or none.");
            if (result.GetValue(webhook) is { } text && FindWebhookError(text, quote) is { } error)
                result.AddError(error);
            if (result.GetValue(user) is { } name && (name.Length == 0 || name.Contains(':')))
                result.AddError("--webhook-user: a username must not be empty or contain a colon (RFC 7617, section 2).");
            if (result.GetValue(password) is "")
                result.AddError("--webhook-password: a password must not be empty.");
        });
        command.SetAction((parsed, cancellationToken) => run(
            new()
            {
                Url = parsed.GetValue(url)!,
                Environment = parsed.GetValue(environment),
                Assumptions = parsed.GetValue(assume) ?? [],
                Webhook = parsed.GetValue(webhook) is { } target
                    ? new(new(target), parsed.GetValue(user)!, parsed.GetValue(password)!)
                    : null,
            },
            cancellationToken));
    }

    private static Option<string> Text(string name, string helpName, string description) =>
        new(name) { HelpName = helpName, Description = description };

    private static Option<string> Urls(Func<string, string> quote, Func<string, string?> parseAddress) => new("--urls")
    {
        Description = "The address to listen on: http://IP:PORT. Port 0 selects a free port.",
        DefaultValueFactory = _ => SimulatorOptions.DefaultUrl,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (parseAddress(text) is { } address)
                return address;

            result.AddError($"--urls: {quote(text)} is not a valid listen address. Use http://IP:PORT.");
            return null;
        },
    };

    private static Option<SimulatedEnvironment> Environment(Func<string, string> quote)
    {
        var all = Enum.GetValues<SimulatedEnvironment>().ToDictionary(value => value.ToString(), StringComparer.OrdinalIgnoreCase);
        return new("--environment")
        {
            Description = "The environment to simulate. The simulator accepts only the credentials of this environment.",
            DefaultValueFactory = _ => SimulatedEnvironment.Sandbox,
            HelpName = string.Join('|', all.Keys),
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (all.TryGetValue(text, out var environment))
                    return environment;

                result.AddError($"--environment: {quote(text)} is not valid. Use {string.Join(" or ", all.Keys)}.");
                return default;
            },
        };
    }

    private static Option<Assumption[]> Assume(Func<string, string> quote)
    {
        var all = new Dictionary<string, Assumption>(StringComparer.OrdinalIgnoreCase)
        {
            ["list"] = Assumption.List,
            ["delete"] = Assumption.Delete,
            ["error-bodies"] = Assumption.ErrorBodies,
            ["string-amounts"] = Assumption.StringAmounts,
            ["events"] = Assumption.Events,
        };
        return new("--assume")
        {
            Description = "Simulates behavior that Clik2pay does not document. Can be repeated.",
            HelpName = string.Join('|', all.Keys),
            CustomParser = result =>
            {
                var assumptions = new List<Assumption>();
                foreach (var text in result.Tokens.Select(token => token.Value))
                {
                    if (all.TryGetValue(text, out var assumption))
                        assumptions.Add(assumption);
                    else
                        result.AddError($"--assume: {quote(text)} is not valid. Use {string.Join(", ", all.Keys)}.");
                }

                return [.. assumptions];
            },
        };
    }

    private static string? FindWebhookError(string text, Func<string, string> quote)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
            return $"--webhook: {quote(text)} is not a valid address. Use http://HOST:PORT/PATH or https://HOST/PATH.";

        return url.UserInfo.Length > 0
            ? "--webhook: the address contains credentials. Use --webhook-user and --webhook-password."
            : null;
    }
}
