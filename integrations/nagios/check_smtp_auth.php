<?php
/*
 * PNP4Nagios: the phases of check_smtp_auth, one upon the other, and the days
 * that are left of the certificate.  Goes to PNP4Nagios' folder "templates".
 */
$colors = array(
    'time_dns' => '#8da0cb',
    'time_connect' => '#66c2a5',
    'time_tls' => '#fc8d62',
    'time_greeting' => '#a6d854',
    'time_ehlo' => '#e5c494',
    'time_starttls' => '#ffd92f',
    'time_auth' => '#e78ac3',
    'time_envelope' => '#a6761d',
    'time_quit' => '#b3b3b3',
);

$ds_name[1] = 'Phases';
$opt[1] = '--vertical-label seconds --lower-limit 0 '
    . "--title \"$hostname / $servicedesc\" ";
$def[1] = '';
$stack = '';

foreach ($NAME as $i => $label) {
    $source = "$label={$RRDFILE[$i]}:{$DS[$i]}";
    $numbers = '';
    foreach (array('LAST', 'AVERAGE', 'MAX') as $which) {
        $numbers .= "GPRINT:$label:$which:\"%8.3lf " . strtolower($which) . '" ';
    }
    if (isset($colors[$label])) {
        $name = sprintf('%-9s', substr($label, strlen('time_')));
        $def[1] .= "DEF:$source:AVERAGE "
            . "AREA:$label{$colors[$label]}:\"$name\"$stack $numbers"
            . 'COMMENT:"\l" ';
        $stack = ':STACK';
    } elseif ($label === 'time') {
        /* Judged without the QUIT, but drawn with it. */
        foreach (array(array($WARN[$i], '#ffb000'), array($CRIT[$i], '#e00000')) as $line) {
            if (is_numeric($line[0])) {
                $def[1] .= "HRULE:{$line[0]}{$line[1]} ";
            }
        }
    } elseif ($label === 'cert_days') {
        $ds_name[2] = 'Certificate';
        $opt[2] = '--vertical-label days --lower-limit 0 '
            . "--title \"$hostname / $servicedesc\" ";
        $def[2] = "DEF:$source:MIN LINE2:$label#3465a4:\"days left\" $numbers";
    }
}
