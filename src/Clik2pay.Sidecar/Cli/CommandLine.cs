using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Clik2pay.Sidecar.Administration;
using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Requests.Routes;
using Clik2pay.Sidecar.Telemetry;
using Clik2pay.Simulator.Options;

namespace Clik2pay.Sidecar.Cli;

/// <summary>The verbs and what each of them takes.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        var root = new RootCommand("Puts the Clik2pay API key and access token on an application's calls, so that the application holds neither.")
        {
            Run(),
            Demo(),
            Simulate(),
            Check(),
            Wait(),
            Shutdown(),
            TokenCommands(),
        };

        // Without a verb it runs.
        var hasVerb = args.Count > 0 && !args[0].Contains(':');
        try
        {
            // No response files: a secret that begins with @ would be taken for the name of one.
            var parsed = root.Parse(hasVerb ? args : ["run", .. args], new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (parsed.Errors.Count > 0)
            {
                await using var refusal = new StringWriter();
                var exitCode = await parsed.InvokeAsync(new InvocationConfiguration { Error = refusal });
                await ErrorOutput.WriteAsync(WithoutValues(refusal.ToString(), args).TrimEnd());
                return exitCode;
            }

            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,

                // The host handles SIGINT and SIGTERM and takes the time that it needs.
                ProcessTerminationTimeout = null,
            });
        }
        catch (InvalidDataException e)
        {
            // The working directory or appsettings.json cannot be read.
            return await ErrorOutput.ReportAsync([e.Message]);
        }
        catch (InvalidTelemetryException e)
        {
            return await ErrorOutput.ReportAsync([e.Message]);
        }
        catch (InvalidRoutesException e)
        {
            return await ErrorOutput.ReportAsync([.. e.Errors.Select(WithFile)]);
        }
        catch (Exception e) when (ErrorOutput.IsEnvironmental(e))
        {
            return await ErrorOutput.ReportUnexplainedAsync(e);
        }
    }

    /// <summary>A setting has its key. It may come from another source than the file.</summary>
    private static string WithFile(string error) =>
        error.StartsWith($"{RoutesFile.Section}:", StringComparison.Ordinal) ? error : $"{RoutesFile.FileName}: {error}";

    /// <summary>The parser quotes arguments. Of a setting only the key is told on: its value may be a secret, wherever and however it is written.</summary>
    private static string WithoutValues(string refusal, IReadOnlyList<string> args)
    {
        var isValue = false;
        foreach (var arg in args)
        {
            var toldAs = isValue && !arg.StartsWith("--", StringComparison.Ordinal) ? "What follows a key without =" : $"'{KeyOf(arg)}'";
            refusal = refusal.Replace($"'{arg}'", toldAs, StringComparison.Ordinal).Replace($"'{KeyOf(arg)}'", toldAs, StringComparison.Ordinal);

            // "--Clik2pay:Password value", which is not how settings are written.
            isValue = !arg.Contains('=') && (arg.Contains(':') || arg.Contains("__", StringComparison.Ordinal));
        }

        return refusal;
    }

    private static string KeyOf(string arg)
    {
        var key = arg.Split('=')[0];
        return FindSecret(key) is { } secret && SettingOf(key).Length > secret.Length ? $"--{secret}" : key;
    }

    private static string? FindSecret(string key) =>
        key.StartsWith("--", StringComparison.Ordinal) ? Settings.FindSecret(SettingOf(key)) : null;

    /// <summary>Also of a key in the form of an environment variable, <c>--Section__Key</c>.</summary>
    private static string SettingOf(string key) => key[2..].Replace("__", ":", StringComparison.Ordinal);

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
        const string what = "Checks whether the sidecar can run: configuration, Redis, token endpoint, credentials, connection to the API.";
        var verb = new Command("check", what) { settings };
        verb.SetAction((parsed, cancellationToken) => CheckVerb.RunAsync(parsed.GetValue(settings)!, parsed.InvocationConfiguration.Output, cancellationToken));
        return verb;
    }

    private static Command Wait()
    {
        var (timeout, settings) = (new Option<int>("--timeout"), SettingsArgument());
        timeout.Description = $"For how long to wait, in seconds; 0 to {WaitVerb.LongestTimeout}.";
        timeout.DefaultValueFactory = _ => 30;
        timeout.CustomParser = result => ParseNumber(result, 0, WaitVerb.LongestTimeout);
        var verb = new Command("wait", "Returns when the sidecar beside it has started; for images without a shell.") { timeout, settings };
        verb.SetAction((parsed, cancellationToken) => WaitVerb.RunAsync(TimeSpan.FromSeconds(parsed.GetValue(timeout)), parsed.GetValue(settings)!, cancellationToken));
        return verb;
    }

    private static Command Shutdown()
    {
        var settings = SettingsArgument();
        var verb = new Command("shutdown", "Asks the sidecar beside it to stop; that one needs Sidecar:AllowQuit=true.") { settings };
        verb.SetAction((parsed, cancellationToken) =>
            CommandVerb.RunAsync(AdminGuard.QuitPath, TimeSpan.FromSeconds(5), parsed.GetValue(settings)!, cancellationToken));
        return verb;
    }

    private static Command TokenCommands()
    {
        var settings = SettingsArgument();
        const string what = "Makes the sidecar beside it obtain a new access token now. Requires Sidecar:AllowQuit=true in that sidecar.";
        var refresh = new Command("refresh", what) { settings };

        // A refresh can wait for another replica's lease before it calls the token endpoint.
        refresh.SetAction((parsed, cancellationToken) =>
            CommandVerb.RunAsync(AdminGuard.RefreshPath, TimeSpan.FromSeconds(60), parsed.GetValue(settings)!, cancellationToken));
        return new("tokens", "Manages the access token of the sidecar beside it.") { refresh };
    }

    private static Command Demo()
    {
        var replicas = new Option<int>("--replicas")
        {
            Description = $"How many sidecars to start; 1 to {DemoOptions.MostReplicas}.",
            DefaultValueFactory = _ => 1,
            CustomParser = result => ParseNumber(result, 1, DemoOptions.MostReplicas),
        };
        var callers = Port("--port", 8080, "The first port for callers; replica k uses this port plus k. 0 picks free ports.");
        var admin = Port("--admin-port", 9090, "The first port for probes, metrics and the status page; like --port.");
        var simulator = Port("--simulator-port", 5080, "The port of the simulator. 0 picks a free port.");
        const string what = "Starts the built-in simulator and sidecars in front of it; needs no credentials and no network.";
        var verb = new Command("demo", what) { replicas, callers, admin, simulator };
        verb.SetAction((parsed, cancellationToken) =>
        {
            var count = parsed.GetValue(replicas);
            return DemoVerb.RunAsync(new(count, Ports(callers, count), Ports(admin, count), Ports(simulator, 1)), cancellationToken);

            DemoPorts Ports(Option<int> option, int count) => new(option.Name, parsed.GetValue(option), count);
        });
        return verb;
    }

    private static Option<int> Port(string name, int fallback, string description) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => fallback,
        CustomParser = result => ParseNumber(result, 0, DemoPorts.Most),
    };

    private static Command Simulate()
    {
        var url = new Option<string>("--urls")
        {
            Description = "Where the simulator listens.",
            DefaultValueFactory = _ => SimulatorOptions.DefaultUrl,
        };
        url.Validators.Add(result =>
        {
            if (ListenAddress.TryParse(result.GetValueOrDefault<string>()) is null)
                result.AddError($"--urls: '{result.GetValueOrDefault<string>()}' is no address to listen on; write http://IP:PORT.");
        });
        var environment = new Option<SimulatedEnvironment>("--environment")
        {
            Description = "Whose credentials it takes; those of the other one fail, as at the provider.",
            DefaultValueFactory = _ => SimulatedEnvironment.Sandbox,
        };
        environment.AcceptOnlyFromAmong(StringComparer.OrdinalIgnoreCase, Enum.GetNames<SimulatedEnvironment>());
        var verb = new Command("simulate", "Starts the simulator of the provider's two APIs alone.") { url, environment };
        verb.SetAction((parsed, cancellationToken) => SimulateVerb.RunAsync(parsed.GetValue(url)!, parsed.GetValue(environment), cancellationToken));
        return verb;
    }

    private static int ParseNumber(ArgumentResult result, int least, int most)
    {
        var text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;

        result.AddError(string.Create(CultureInfo.InvariantCulture, $"'{text}' is not a whole number from {least} to {most}."));
        return least;
    }

    /// <summary>Settings on the command line. Secrets have no place there: every process on the machine can read it.</summary>
    private static Argument<string[]> SettingsArgument()
    {
        var settings = new Argument<string[]>("settings")
        {
            Description = "Settings as --Section:Key=value, for instance --Sidecar:Listen=http://127.0.0.1:8081.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        settings.Validators.Add(result =>
        {
            foreach (var text in result.Tokens.Select(token => token.Value))
            {
                var key = KeyOf(text);
                if (!text.StartsWith("--", StringComparison.Ordinal) || !key.Contains(':') || !text.Contains('='))
                    result.AddError($"'{key}' is neither a verb nor a setting; settings are written --Section:Key=value.");
                else if (!SidecarConfiguration.Sections.Contains(key[2..].Split(':')[0], StringComparer.OrdinalIgnoreCase))
                    result.AddError($"{key}: unknown section. The sections are {string.Join(", ", SidecarConfiguration.Sections)}.");
                else if (FindSecret(key) is not null)
                    result.AddError($"{key}: a secret on the command line can be read by every process of the machine; give it by environment variable or by file.");
            }
        });
        return settings;
    }
}
