using System.CommandLine;
using System.Globalization;
using Clik2pay.Sidecar.Administration;
using Clik2pay.Sidecar.Cli.Admin;
using Clik2pay.Sidecar.Cli.Demo;
using Clik2pay.Sidecar.Cli.Verbs;
using Clik2pay.Sidecar.Configuration;
using Clik2pay.Simulator.Cli;

namespace Clik2pay.Sidecar.Cli;

/// <summary>The verbs of the command line, with their options and arguments.</summary>
internal sealed class Commands
{
    private readonly ArgumentNames names;

    private Commands(ArgumentNames names) => this.names = names;

    /// <param name="names">The names of arguments in errors.</param>
    public static RootCommand Create(ArgumentNames names)
    {
        var commands = new Commands(names);
        const string what = "Adds the Clik2pay API key and access token to an application's requests, so the application needs neither.";
        return new(what)
        {
            commands.Run(),
            commands.Demo(),
            commands.Simulate(),
            commands.Check(),
            commands.Wait(),
            commands.Shutdown(),
            commands.Tokens(),
        };
    }

    private Command Run()
    {
        var settings = SettingsArgument();
        var verb = new Command("run", "Runs the sidecar (the default).") { settings };
        verb.SetAction((parsed, cancellationToken) => RunVerb.RunAsync(parsed.GetValue(settings)!, cancellationToken));
        return verb;
    }

    private Command Check()
    {
        var settings = SettingsArgument();
        const string what = "Checks whether the sidecar can run: configuration, Redis, token endpoint, credentials, connection to the API.";
        var verb = new Command("check", what) { settings };
        verb.SetAction((parsed, cancellationToken) =>
            CheckVerb.RunAsync(parsed.GetValue(settings)!, parsed.InvocationConfiguration.Output, cancellationToken));
        return verb;
    }

    private Command Wait()
    {
        var settings = SettingsArgument();
        var timeout = Number(
            "--timeout", 30, 0, WaitVerb.MaxTimeout, $"How long to wait, in seconds; 0 to {WaitVerb.MaxTimeout}.");
        var awaited = Choice(
            "--for",
            [WaitVerb.Token, WaitVerb.Process],
            "What to wait for: the first access token (token), or a listening sidecar (process).");
        const string what = "Waits until the sidecar in this pod or on this machine has started. For images without a shell.";
        var verb = new Command("wait", what) { awaited, timeout, settings };
        verb.SetAction((parsed, cancellationToken) => WaitVerb.RunAsync(
            parsed.GetValue(awaited)!, TimeSpan.FromSeconds(parsed.GetValue(timeout)), parsed.GetValue(settings)!, cancellationToken));
        return verb;
    }

    private Command Shutdown()
    {
        var settings = SettingsArgument();
        const string what = "Stops the sidecar in this pod or on this machine. The sidecar must run with Sidecar:AllowQuit=true.";
        var verb = new Command("shutdown", what) { settings };
        verb.SetAction((parsed, cancellationToken) =>
            CommandVerb.RunAsync(AdminGuard.QuitPath, TimeSpan.FromSeconds(5), parsed.GetValue(settings)!, cancellationToken));
        return verb;
    }

    private Command Tokens()
    {
        var settings = SettingsArgument();
        var profile = new Option<string?>("--profile")
        {
            HelpName = "NAME",
            Description = "The name of the profile whose token is replaced. Without this option, the tokens of all profiles are replaced.",
        };
        const string what = "Obtains a new access token now. The sidecar must run with Sidecar:AllowQuit=true.";
        var refresh = new Command("refresh", what) { profile, settings };

        // A refresh can wait for another replica's lease before it calls the token endpoint.
        refresh.SetAction((parsed, cancellationToken) =>
            CommandVerb.RunAsync(
                RefreshCommand.PathFor(parsed.GetValue(profile)), TimeSpan.FromSeconds(60), parsed.GetValue(settings)!, cancellationToken));
        return new("tokens", "Manages the access token of the sidecar in this pod or on this machine.") { refresh };
    }

    private Command Demo()
    {
        var replicas = Number(
            "--replicas", 1, 1, DemoOptions.MaxReplicas, $"The number of sidecars to start; 1 to {DemoOptions.MaxReplicas}.");
        var callers = Port("--port", 8080, "The first port for callers. Replica k, from 0, uses this port plus k. 0 picks free ports.");
        var admin = Port("--admin-port", 9090, "The first port for probes, metrics and the status page. Works like --port.");
        var simulator = Port("--simulator-port", 5080, "The port of the simulator. 0 picks a free port.");
        var all = new Option<bool>("--all-interfaces")
        {
            Description = "Listens on all addresses of the machine instead of 127.0.0.1. For a container whose ports are published.",
        };
        const string what = "Starts the built-in simulator and sidecars in front of it. Needs no credentials and no network.";
        var verb = new Command("demo", what) { replicas, callers, admin, simulator, all };
        verb.SetAction((parsed, cancellationToken) =>
        {
            var count = parsed.GetValue(replicas);
            var (forCallers, forAdmin, forSimulator) = (Ports(callers, count), Ports(admin, count), Ports(simulator, 1));
            return DemoVerb.RunAsync(new(count, forCallers, forAdmin, forSimulator, parsed.GetValue(all)), cancellationToken);

            DemoPorts Ports(Option<int> option, int count) => new(option.Name, parsed.GetValue(option), count);
        });
        return verb;
    }

    private Command Simulate()
    {
        var verb = new Command("simulate", SimulateCommand.Description);
        SimulateCommand.Configure(verb, names.Of, text => ListenAddress.TryParsePort(text)?.ToString(), SimulateVerb.RunAsync);
        return verb;
    }

    private Option<int> Port(string name, int fallback, string description) =>
        Number(name, fallback, 0, DemoPorts.MaxPort, description);

    private Option<int> Number(string name, int fallback, int min, int max, string description) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => fallback,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
                return number;

            var error = string.Create(CultureInfo.InvariantCulture, $"{name}: {names.Of(text)} is not a whole number from {min} to {max}.");
            result.AddError(error);
            return min;
        },
    };

    /// <param name="name">The name of the option.</param>
    /// <param name="values">The values. The first one is the default.</param>
    /// <param name="description">The text in the help.</param>
    private Option<string> Choice(string name, string[] values, string description) => new(name)
    {
        HelpName = string.Join('|', values),
        Description = description,
        DefaultValueFactory = _ => values[0],
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (!values.Contains(text))
                result.AddError($"{name}: {names.Of(text)} is not {string.Join(" or ", values)}.");
            return text;
        },
    };

    /// <summary>Settings on the command line. Secrets are refused, because every process on the machine can read them there.</summary>
    private Argument<string[]> SettingsArgument()
    {
        var settings = new Argument<string[]>("settings")
        {
            Description = "Settings as --Section:Key=value, for example --Sidecar:Listen=http://127.0.0.1:8081.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        settings.Validators.Add(result =>
        {
            foreach (var error in result.Tokens.Select(token => FindError(token.Value)).OfType<string>())
                result.AddError(error);
        });
        return settings;
    }

    private string? FindError(string argument)
    {
        var key = ArgumentNames.KeyOf(argument);
        if (ArgumentNames.SetsSecret(argument))
        {
            return $"{names.Of(argument)}: every process on this machine can read a command line. "
                + "Set the secret in an environment variable or in a file.";
        }

        if (!argument.StartsWith("--", StringComparison.Ordinal) || !key.Contains(':') || !argument.Contains('='))
        {
            return ArgumentNames.IsKnown(argument) && !argument.Contains('=')
                ? $"{names.Of(argument)} has no value. Write settings as --Section:Key=value."
                : $"{names.Of(argument)} is neither a verb nor a setting. Write settings as --Section:Key=value.";
        }

        if (!SidecarConfiguration.Sections.Contains(key[2..].Split(':')[0], StringComparer.OrdinalIgnoreCase))
            return $"{names.Of(argument)}: unknown section. The sections are {string.Join(", ", SidecarConfiguration.Sections)}.";

        // One line of YAML can become one argument with two settings. The second setting, such as the caller token, would have no effect.
        return $" {argument[(key.Length + 1)..]}".Split().Any(word => word.StartsWith("--", StringComparison.Ordinal))
            ? $"{names.Of(argument)}: the value contains another argument. Write each setting as an argument of its own."
            : null;
    }
}
