using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Clik2pay.Sidecar.Cli.Output;
using Clik2pay.Sidecar.Requests.Routes;
using Clik2pay.Sidecar.Telemetry.Export;

namespace Clik2pay.Sidecar.Cli;

/// <summary>Parses and runs a command line.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        var names = new ArgumentNames(args);
        var root = Commands.Create(names);

        // The default verb is run.
        var hasVerb = args.Count > 0 && !args[0].Contains(':');
        try
        {
            // Response files are off. Otherwise, a secret that begins with @ would be read as the name of a response file.
            var parsed = root.Parse(hasVerb ? args : ["run", .. args], new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (parsed.Errors.Count > 0)
                return await ReportAsync(parsed, names);

            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,

                // The host handles SIGINT and SIGTERM with its own timeout.
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
            return await ErrorOutput.ReportUnexpectedAsync(e);
        }
    }

    /// <summary>
    /// Prints the help of the verb, and then the errors. The parser's own error for an unknown argument quotes the argument
    /// (https://learn.microsoft.com/dotnet/standard/commandline/how-to-customize-parsing-and-validation), so that error is replaced.
    /// </summary>
    private static async Task<int> ReportAsync(ParseResult parsed, ArgumentNames names)
    {
        // The suggestion for a misspelled argument quotes it, and the argument may be a secret.
        if (parsed.Action is ParseErrorAction action)
            action.ShowTypoCorrections = !names.HasSetting;
        var exitCode = await parsed.InvokeAsync(new InvocationConfiguration { Error = TextWriter.Null });
        var errors = parsed.UnmatchedTokens.Count > 0
            ? parsed.Errors.Where(error => error.SymbolResult is not CommandResult).Select(error => error.Message)
                .Concat(parsed.UnmatchedTokens.Select(token => $"{names.Of(token)} is not a known command or argument."))
            : parsed.Errors.Select(error => error.Message);
        foreach (var error in errors)
            await ErrorOutput.WriteAsync(error);
        return exitCode;
    }

    /// <summary>Adds the name of the file to errors that do not begin with the key of a setting.</summary>
    private static string WithFile(string error) =>
        error.StartsWith($"{RoutesFile.Section}:", StringComparison.Ordinal) ? error : $"{RoutesFile.FileName}: {error}";
}
