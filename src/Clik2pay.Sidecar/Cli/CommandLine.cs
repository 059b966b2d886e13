using System.CommandLine;
using Clik2pay.Simulator;

namespace Clik2pay.Sidecar.Cli;

/// <summary>The verbs and what each of them takes.</summary>
internal static class CommandLine
{
    public static Task<int> RunAsync(IReadOnlyList<string> args) => Create()
        .Parse(args)
        .InvokeAsync(new InvocationConfiguration
        {
            // The host handles SIGINT and SIGTERM and takes the time that it needs.
            ProcessTerminationTimeout = null,
        });

    private static RootCommand Create()
    {
        var root = new RootCommand("Puts the Clik2pay API key and access token on an application's calls, so that the application holds neither.");
        root.Subcommands.Add(Run());
        root.Subcommands.Add(Demo());
        root.Subcommands.Add(Simulate());
        root.Subcommands.Add(Check());

        // Without a verb it runs.
        var settings = SettingsArgument();
        root.Arguments.Add(settings);
        root.SetAction((parsed, cancellationToken) => RunVerb.RunAsync(parsed.GetValue(settings)!, cancellationToken));
        return root;
    }

    private static Command Run()
    {
        var settings = SettingsArgument();
        var verb = new Command("run", "Runs the sidecar (the default).") { settings };
        verb.SetAction((parsed, cancellationToken) => RunVerb.RunAsync(parsed.GetValue(settings)!, cancellationToken));
        return verb;
    }

    private static Command Check()
    {
        var settings = SettingsArgument();
        var verb = new Command("check", "Looks whether the sidecar could run: configuration, token endpoint, credentials.") { settings };
        verb.SetAction((parsed, cancellationToken) => CheckVerb.RunAsync(parsed.GetValue(settings)!, parsed.InvocationConfiguration.Output, cancellationToken));
        return verb;
    }

    private static Command Demo()
    {
        var replicas = new Option<int>("--replicas") { Description = "How many sidecars to start; 1 to 20.", DefaultValueFactory = _ => 1 };
        replicas.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 20)
                result.AddError("--replicas: give a number from 1 to 20.");
        });
        var verb = new Command("demo", "Starts the built-in simulator and sidecars in front of it; needs no credentials and no network.") { replicas };
        verb.SetAction((parsed, cancellationToken) => DemoVerb.RunAsync(parsed.GetValue(replicas), cancellationToken));
        return verb;
    }

    private static Command Simulate()
    {
        var url = new Option<string>("--urls") { Description = "Where the simulator listens.", DefaultValueFactory = _ => SimulatorOptions.DefaultUrl };
        var environment = new Option<SimulatedEnvironment>("--environment") { Description = "Whose credentials it takes; those of the other one fail, as at the provider.", DefaultValueFactory = _ => SimulatedEnvironment.Sandbox };
        var verb = new Command("simulate", "Starts the simulator of the provider's two APIs alone.") { url, environment };
        verb.SetAction((parsed, cancellationToken) => SimulateVerb.RunAsync(parsed.GetValue(url)!, parsed.GetValue(environment), cancellationToken));
        return verb;
    }

    /// <summary>Settings on the command line. Secrets have no place there: every process on the machine can read it.</summary>
    private static Argument<string[]> SettingsArgument()
    {
        var settings = new Argument<string[]>("settings") { Description = "Settings as --Section:Key=value, for instance --Sidecar:Listen=http://127.0.0.1:8081.", Arity = ArgumentArity.ZeroOrMore };
        settings.Validators.Add(result =>
        {
            foreach (var text in result.Tokens.Select(token => token.Value))
            {
                var key = text.Split('=')[0];
                if (!text.StartsWith("--", StringComparison.Ordinal) || !key.Contains(':') || !text.Contains('='))
                    result.AddError($"'{key}' is neither a verb nor a setting; settings are written --Section:Key=value.");
                else if (SecretKeys.Contains(key[2..], StringComparer.OrdinalIgnoreCase))
                    result.AddError($"{key}: a secret on the command line can be read by every process of the machine; give it by environment variable or by file.");
            }
        });
        return settings;
    }

    private static readonly string[] SecretKeys = ["Clik2pay:Username", "Clik2pay:Password", "Clik2pay:ApiKey", "Redis:ConnectionString"];
}
