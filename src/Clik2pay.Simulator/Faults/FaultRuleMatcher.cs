using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing.Template;

namespace Clik2pay.Simulator.Faults;

/// <summary>Counts the calls that have the method and the path of a rule, and chooses those that get its fault.</summary>
internal sealed class FaultRuleMatcher(FaultRule rule)
{
    private readonly TemplateMatcher matcher = new(TemplateParser.Parse(rule.Path.TrimStart('/')), []);
    private long count;

    public FaultRule Rule => rule;

    /// <summary>Counts the call if it has the method and the path of the rule.</summary>
    /// <returns>Whether the call gets the fault.</returns>
    public bool Includes(HttpRequest request)
    {
        if (rule.Method is { } method && !HttpMethods.Equals(method, request.Method))
            return false;

        if (!matcher.TryMatch(request.Path, []))
            return false;

        var number = Interlocked.Increment(ref count);
        return !(number > rule.First) && Percentage.IncludesEvenly(rule.Percent, number);
    }
}
