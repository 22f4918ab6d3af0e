// Counts the scenarios that a revision requires of one side and that have passed, by the checks that the suite has written,
// and tells of those that it does not require. With --failed it prints the names alone of the required ones that have failed.
// usage: node count.mjs REQUIREMENTS.yaml server|client RESULTS [--failed]
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

const [requirements, side, results, only] = process.argv.slice(2);

// The file is a list of names below "server:" and "client:", and one of entries below "not_scored:"; no more of YAML is in it.
const required = [];
const open = [];
let section = '';
for (const line of readFileSync(requirements, 'utf8').split('\n')) {
    const heading = /^(\w+):/.exec(line);
    const name = /^  - ([^\s:#]+)\s*$/.exec(line);
    const entry = /^  - scenario: (\S+)\s*$/.exec(line);
    const leg = /^    leg: (\S+)\s*$/.exec(line);
    if (heading) section = heading[1];
    else if (name && section === side) required.push(name[1]);
    else if (entry && section === 'not_scored') open.push({ name: entry[1] });
    else if (leg && section === 'not_scored') open.at(-1).side = leg[1];
}

function* checksBelow(folder) {
    for (const name of existsSync(folder) ? readdirSync(folder).sort() : []) {
        const path = join(folder, name);
        if (statSync(path).isDirectory()) yield* checksBelow(path);
        else if (name === 'checks.json') yield path;
    }
}

// A folder is named after its scenario, with a time behind it; that of auth/basic-cimd is auth/… or auth-…. The last time counts.
const known = [...required, ...open.map(each => each.name)];
const found = new Map();
for (const path of checksBelow(results)) {
    const place = path.slice(results.length).replaceAll('\\', '/').replace(/\/checks\.json$/, '');
    const scenario = known
        .filter(name => [name, name.replaceAll('/', '-'), name.replaceAll('/', '_')].some(form => new RegExp(`(^|[/-])${form}(-\\d{4}-\\d\\d-\\d\\dT.*)?$`).test(place)))
        .sort((a, b) => b.length - a.length)[0];
    if (scenario) found.set(scenario, JSON.parse(readFileSync(path, 'utf8')));
}

// Why a scenario does not count, or null where it does.
function failureOf(scenario) {
    const checks = found.get(scenario) ?? [];
    const failures = checks.filter(check => check.status === 'FAILURE');
    if (failures.length > 0) return failures.map(check => `${check.id}: ${check.errorMessage ?? 'failed'}`).join('; ');
    if (checks.length === 0) return 'it has not run';
    return checks.some(check => check.status === 'SUCCESS') ? null : 'none of its checks has passed';
}

const failed = required.filter(scenario => failureOf(scenario) !== null);
if (only === '--failed') {
    for (const scenario of failed) console.log(scenario);
} else {
    for (const scenario of failed) console.log(`  ${scenario}: ${failureOf(scenario)}`);

    const besides = open.filter(each => each.side === side).map(each => each.name);
    const list = (kind, names) => names.length > 0 && console.log(`  not required, ${kind}: ${names.join(', ')}`);
    list('passed', besides.filter(scenario => failureOf(scenario) === null));
    list('failed', besides.filter(scenario => failureOf(scenario) !== null));
    console.log(`conformance ${side} ${basename(requirements, '.yaml')}: ${required.length - failed.length}/${required.length}`);
}
