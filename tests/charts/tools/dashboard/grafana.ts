// The types that the dashboard must have: those of Grafana's npm package @grafana/schema, limited to the panels that the dashboard uses.
// Grafana's own type of a panel allows any options, so each panel here has the options of its type.
import type {
  Dashboard as AnyDashboard, DashboardLink, DataQuery, FieldConfig, GraphFieldConfig, Panel as AnyPanel, RowPanel, TableFieldOptions,
  VariableModel,
} from '@grafana/schema';
import type { Options as StatOptions } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type { Options as TableOptions } from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type {
  Options as TimeSeriesOptions,
} from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

/** A type as it is in JSON: an enum of strings is one of its strings. */
type Json<T> =
  unknown extends T ? T
  : T extends string ? (string extends T ? string : `${T}`)
  : T extends number | boolean | null | undefined ? T
  : T extends (infer Item)[] ? Json<Item>[]
  : { [Key in keyof T]: Json<T[Key]> };

type DataSource = { type: 'prometheus'; uid: '${datasource}' };

/** @grafana/schema does not contain the query of Prometheus (https://grafana.com/docs/grafana/latest/datasources/prometheus/). */
interface Query extends Omit<DataQuery, 'datasource' | 'queryType'> {
  datasource: DataSource;
  editorMode: 'code';
  expr: string;
  legendFormat: string;
  format?: 'table' | 'time_series';
  exemplar?: boolean;
  instant: boolean;
  range: boolean;
}

/** A transformation, with the options that the dashboard uses. */
type Transformation =
  | { id: 'merge'; options: Record<string, never> }
  | {
    id: 'organize';
    options: {
      excludeByName: Record<string, boolean>;
      indexByName: Record<string, number>;
      renameByName: Record<string, string>;
    };
  }
  | { id: 'sortBy'; options: { fields: Record<string, never>; sort: { field: string; desc: boolean }[] } };

/** The changes of one column or series. */
interface Override<Custom> {
  matcher: { id: 'byName' | 'byRegexp'; options: string };
  properties: (
    | { id: 'unit'; value: string }
    | { id: 'color'; value: Json<NonNullable<FieldConfig['color']>> }
    | { id: 'thresholds'; value: Json<NonNullable<FieldConfig['thresholds']>> }
    | { [Key in keyof Custom & string]: { id: `custom.${Key}`; value: Json<Custom[Key]> } }[keyof Custom & string]
  )[];
}

type Common = 'cacheTimeout' | 'gridPos' | 'id' | 'interval' | 'links' | 'maxDataPoints' | 'timeFrom';

interface Panel<Type extends string, Options, Custom> extends Pick<Json<AnyPanel>, Common> {
  type: Type;
  title: string;
  description: string;
  datasource: DataSource;
  fieldConfig: {
    defaults: Omit<Json<FieldConfig>, 'custom' | 'unit'> & { unit: string; custom?: Json<Custom> };
    overrides: Override<Custom>[];
  };
  options: Json<Options>;
  targets: Query[];
  transformations?: Transformation[];
}

interface Row extends Omit<Json<RowPanel>, 'panels' | 'type'> {
  type: 'row';
  title: string;
  panels: [];
}

interface QueryVariable extends Omit<Json<VariableModel>, 'datasource' | 'query' | 'type'> {
  type: 'query';
  datasource: DataSource;
  query: { query: string; refId: string };
}

interface OtherVariable extends Omit<Json<VariableModel>, 'datasource' | 'query' | 'type'> {
  type: 'constant' | 'datasource';
  query: string;
}

export interface Dashboard extends Omit<Json<AnyDashboard>, 'id' | 'links' | 'panels' | 'templating'> {
  id: null;
  links: Json<DashboardLink>[];
  panels: (
    | Panel<'stat', StatOptions, Record<never, never>>
    | Panel<'table', TableOptions, TableFieldOptions>
    | Panel<'timeseries', TimeSeriesOptions, GraphFieldConfig>
    | Row
  )[];
  templating: { list: (QueryVariable | OtherVariable)[] };
}
