import { type FieldNode, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';
import { campaignPageLimits, messagePageLimits } from '../../domain/page.js';
import { selectedFields } from '../selected-fields.js';
import { argumentsOf, type CostContext } from './campaign-scope.js';
import { pageRows } from './page-cost.js';

/** Texts of up to 2,000 characters count for more than a number does. */
const longTexts: ReadonlySet<string> = new Set(['template', 'body']);
const longTextValues = 20;
/** A representation is looked up, and may be an error of its own. */
const representationValues = 50;

/**
 * The most values that an answer to an operation may have: what is read once may be answered under any number of aliases,
 * and for every row, without one upstream call more.
 */
export function answerValues(operation: OperationDefinitionNode, context: CostContext): number {
  const known = new Map<SelectionSetNode, number>();
  const valuesOf = (selections: SelectionSetNode | undefined): number => {
    if (!selections) return 0;
    const before = known.get(selections);
    if (before !== undefined) return before;
    const values = selectedFields(selections, context).reduce((sum, field) => {
      const rows = rowsOf(field, context); // its arguments are read once: representations can be many
      return sum + weightOf(field, rows) + rows * valuesOf(field.selectionSet);
    }, 0);
    known.set(selections, values);
    return values;
  };
  return valuesOf(operation.selectionSet);
}

function weightOf({ name }: FieldNode, rows: number): number {
  if (name.value === '_entities') return rows * representationValues;
  return longTexts.has(name.value) ? longTextValues : 1;
}

/** How often what is below a field is answered. */
function rowsOf(field: FieldNode, context: CostContext): number {
  switch (field.name.value) {
    case 'campaigns':
      return pageRows(argumentsOf(field, 'Query', context) ?? {}, campaignPageLimits);
    case 'messages':
      return pageRows(argumentsOf(field, 'Campaign', context) ?? {}, messagePageLimits);
    case '_entities': {
      const representations = argumentsOf(field, 'Query', context)?.['representations'];
      return Array.isArray(representations) ? representations.length : 0;
    }
    default:
      return 1;
  }
}
